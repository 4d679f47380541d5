"""Dirty keys up: one wake, and nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.changes import Changes


@given(st.lists(st.lists(st.sampled_from("abcde"), min_size=1), min_size=1))
def test_a_listener_is_woken_once_and_takes_all_keys(marks: list[list[str]]) -> None:
    changes, wakes = Changes(), []
    listening = changes.subscribe(lambda: wakes.append(1))
    for keys in marks:
        changes.mark(*keys)
    assert len(wakes) == 1
    assert listening.take() == {key for keys in marks for key in keys}
    assert listening.take() == frozenset()


def test_it_is_woken_again_after_it_took() -> None:
    changes, wakes = Changes(), []
    listening = changes.subscribe(lambda: wakes.append(1))
    changes.mark("a")
    listening.take()
    changes.mark("b")
    assert len(wakes) == 2


def test_listeners_are_apart_and_a_closed_one_hears_nothing() -> None:
    changes = Changes()
    one, other = changes.subscribe(lambda: None), changes.subscribe(lambda: None)
    changes.mark("a")
    assert one.take() == other.take() == {"a"}
    one.close()
    one.close()
    changes.mark("b")
    assert one.take() == frozenset()
    assert other.take() == {"b"}


def test_marks_of_many_threads_all_arrive() -> None:
    changes = Changes()
    taken: set[str] = set()
    listening = changes.subscribe(lambda: None)

    def work(thread: int) -> None:
        for n in range(500):
            changes.mark(f"{thread}:{n}")
            if n % 50 == 0:
                taken.update(listening.take())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert taken | listening.take() == {f"{thread}:{n}" for thread in range(4) for n in range(500)}


def test_a_binding_has_one_name() -> None:
    assert (
        Binding(model="models.demo.Order", resource="shop", collection="orders").key == "models.demo.Order@shop::orders"
    )
