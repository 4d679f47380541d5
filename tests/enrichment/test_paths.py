"""Every field of a shape is found by its path, whatever it is called and however many there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.enrichment.choices import field_of
from xregistry_tui.schema.shape import FieldShape, Shape, walk

NAMES = st.lists(st.text("a/~é [", max_size=3) | st.sampled_from(["class", "_id", ""]), unique=True, max_size=5)


def fields(below: st.SearchStrategy[tuple[FieldShape, ...]]) -> st.SearchStrategy[tuple[FieldShape, ...]]:
    items = st.none() | st.builds(FieldShape, name=st.just("*"), fields=below)
    return NAMES.flatmap(
        lambda names: st.tuples(
            *(st.builds(FieldShape, name=st.just(name), fields=below, items=items) for name in names)
        )
    )


@given(fields(fields(st.just(()))))
def test_a_path_leads_to_its_field(held: tuple[FieldShape, ...]) -> None:
    shape = Shape(name="t", fields=held)
    for path, found in walk(shape):
        assert field_of(shape, path) is found


def test_an_item_is_found_by_any_index() -> None:
    item = FieldShape(name="*")
    shape = Shape(name="t", fields=(FieldShape(name="tags", items=item),))
    assert field_of(shape, "/tags/7") is item
    assert field_of(shape, "/tags/x") is None
