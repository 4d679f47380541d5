"""A person writes JSON; the reader says what it read, where each piece stands, and in plain words what is wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.schema.json_edit import edit
from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.json_text import JsonTextError, parse

ORDER = """{
  "id": 6413,
  "status": "shiped",
  "address": {
    "city": "Lyon"
  },
  "tags": ["a", "b"]
}"""

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def resolve(value: object, pointer: str) -> object:
    for segment in pointer.split("/")[1:]:
        name = segment.replace("~1", "/").replace("~0", "~")
        value = value[int(name)] if isinstance(value, list) else value[name]  # type: ignore[index]
    return value


@given(value=json_values, indent=st.sampled_from([None, 0, 2, "\t"]), ascii_only=st.booleans())
def test_every_span_holds_the_text_of_its_value(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    document = parse(text)
    assert document.value == json.loads(text)
    for pointer, span in document.values.items():
        assert json.loads(text[span.start : span.end]) == resolve(document.value, pointer)
        assert span.line == len(text[: span.start].split("\n"))
    for pointer, span in document.names.items():
        assert json.loads(text[span.start : span.end]) == pointer.rpartition("/")[2].replace("~1", "/").replace(
            "~0", "~"
        )


REFUSED, TOO_LARGE = object(), object()


def read(text: str) -> object:
    """The value, or how it is refused; numbers that the library makes infinite are refused here by their name."""
    try:
        return parse(text).value
    except JsonTextError as error:
        return TOO_LARGE if error.message == "the number is too large" else REFUSED


@given(text=st.text(alphabet='{}[]",:1-.eE\\u0tfn \n', max_size=30))
def test_what_it_takes_is_what_the_standard_library_takes(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = REFUSED
    assert read(text) in (expected, TOO_LARGE)


def test_places_count_lines_and_columns_from_one() -> None:
    document = parse(ORDER)
    assert (document.values["/status"].line, document.values["/status"].column) == (3, 13)
    assert document.names["/address/city"].line == 5
    assert document.line("/tags/1") == 7


def test_what_is_absent_stands_where_its_container_ends() -> None:
    document = parse(ORDER)
    assert document.line("/placed_at") == 8
    assert document.line("/address/country") == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n "a": 1\n "b": 2\n}', "line 2: a comma is missing"),
        ('{\n "a": 1,\n}', "line 2: a comma before } is not allowed"),
        ('{"a" 1}', 'line 1: a colon is missing after "a"'),
        ('{\n "a": 1', "line 2: the text ends inside an object: } is missing"),
        ("{", "line 1: the text ends inside an object: } is missing"),
        ("[1, 2", "line 1: the text ends inside a list: ] is missing"),
        ("[1}", "line 1: ] is expected here, not }"),
        ('{"a": }', "line 1: a value is missing"),
        ("", "line 1: a value is missing: the text ends here"),
        ("{a: 1}", "line 1: a name in double quotes is expected"),
        ("['a']", 'line 1: text is written in double quotes "…"'),
        ("[True]", "line 1: True is not JSON: write true"),
        ("[NaN]", "line 1: NaN is not JSON: text is written in double quotes"),
        ("[01]", "line 1: 01 is not a number"),
        ("[1e999]", "line 1: the number is too large"),
        ("[" + "1" * 5000 + "]", "line 1: the number has too many digits"),
        ('["abc\n"]', 'line 1: the text is not closed: " is missing'),
        ('["\\x"]', "line 1: a backslash here does not begin an escape"),
        ("{} {}", "line 1: there is more text after the end of the value"),
        ("// note\n{}", "line 1: comments are not allowed in JSON"),
        ("[" * 101, "line 1: nested deeper than 100 levels"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_with_its_line(text: str, said: str) -> None:
    with pytest.raises(JsonTextError) as caught:
        parse(text)
    assert str(caught.value) == said


def test_a_text_beyond_the_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(JsonTextError, match="1,000,002 characters, more than 1,000,000"):
        parse('"' + "x" * 1_000_000 + '"')


def test_of_a_name_written_twice_the_last_counts_and_both_are_known() -> None:
    document = parse('{"a": {"x": 1},\n "a": {"y": 2}}')
    assert document.value == {"a": {"y": 2}}
    assert set(document.values) == {"", "/a", "/a/y"}
    ((pointer, span),) = document.duplicates
    assert (pointer, span.line) == ("/a", 2)


def test_names_that_need_escaping_are_found_by_their_pointer() -> None:
    assert parse('{"a/b~c": 1}').values["/" + escape("a/b~c")].column == 11


def test_a_value_is_replaced_and_the_rest_stays_as_typed() -> None:
    change = edit(ORDER, parse(ORDER), "/status", "shipped")
    assert change is not None
    assert change.apply(ORDER) == ORDER.replace("shiped", "shipped")


def test_a_missing_member_is_added_with_the_indent_of_its_siblings() -> None:
    change = edit(ORDER, parse(ORDER), "/address/country", "FR")
    assert change is not None
    assert '"city": "Lyon",\n    "country": "FR"\n  },' in change.apply(ORDER)


@given(value=json_values, new=json_values, data=st.data())
def test_an_edit_changes_only_what_it_names(value: object, new: object, data: st.DataObject) -> None:
    text = json.dumps(value, indent=1)
    document = parse(text)
    pointer = data.draw(st.sampled_from(sorted(document.values)))
    change = edit(text, document, pointer, new)
    assert change is not None
    assert json.loads(text[: change.start] + "0" + text[change.end :]) is not None
    assert resolve(json.loads(change.apply(text)), pointer) == new


@pytest.mark.parametrize("text", ["{}", '{"a": 1}', '{"a": {"b": []}}', "{\n}"])
def test_adding_to_any_object_gives_json_again(text: str) -> None:
    change = edit(text, parse(text), "/n~1w", [1, None])
    assert change is not None
    assert json.loads(change.apply(text)) == {**json.loads(text), "n/w": [1, None]}


def test_nothing_can_be_added_to_what_is_not_an_object() -> None:
    assert edit("[1]", parse("[1]"), "/x", 1) is None
