"""All paths in order, for patterns that the tree alone does not answer; made on demand, and again after a change."""

from __future__ import annotations

import fnmatch
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, compress, groupby, repeat
from operator import itemgetter
from typing import Generic, TypeVar

from xregistry_tui.core.patterns import BEGIN, END, Cut, Search, Token, before_star, cuts, needed, regex, searches

Item = TypeVar("Item")
Span = tuple[int, int]

_SAMPLE, _SAMPLES = 1_000, 40
# hits a character, from which on it pays to look at the end of every leaf at once, and at the whole of every leaf
_COMMON, _DENSE = 1 / 500, 1 / 100
_OTHER = 0xFF


class PathIndex(Generic[Item]):
    """Items by path, sorted; their last parts as lines of one text; and where one level's run of them ends.

    Costs some 40 bytes an item, and about the time of one look at every path.
    """

    __slots__ = ("_ends", "_items", "_levels", "_paths", "_starts", "_text", "_till")

    def __init__(self, items: Mapping[str, Item]) -> None:
        pairs = sorted(items.items(), key=itemgetter(0))
        self._paths = [path for path, _ in pairs]
        self._items = [item for _, item in pairs]
        split = [path.rpartition(".") for path in self._paths]
        leaves = [leaf for _, _, leaf in split]
        self._text = f"{BEGIN}{(END + BEGIN).join(leaves)}{END}"
        self._starts = array("Q", accumulate(map(len, leaves), lambda start, length: start + length + 2, initial=0))
        # their last characters, those beyond Latin-1 as one
        self._ends = bytes(min(ord(leaf[-1]), _OTHER) for leaf in leaves)
        self._levels: list[str] = []
        self._till: list[int] = []
        for (level, dot), run in groupby(split, key=itemgetter(0, 1)):
            self._levels.append(level + dot)
            self._till.append((self._till[-1] if self._till else 0) + sum(1 for _ in run))

    def replace(self, path: str, item: Item) -> None:
        """Put another item in the place of one that has this path."""
        self._items[bisect_left(self._paths, path)] = item

    def find(self, pattern: str, literal: str) -> list[Item]:
        """The items whose path matches, by path. `literal` is what the pattern begins with before any wildcard."""
        low = bisect_left(self._paths, literal)
        high = bisect_left(self._paths, literal + "\U0010ffff", low)
        if pattern == literal + "*":
            return self._items[low:high]
        if low == high:
            return []
        if not {BEGIN, END, FOUND}.isdisjoint(pattern):
            matching = re.compile(fnmatch.translate(pattern)).match
            return [self._items[at] for at in range(low, high) if matching(self._paths[at])]
        found: list[Item] = []
        for start, end, fitting in self._spans(pattern, low, high):
            if any(cut.takes_all for cut in fitting):
                found.extend(self._items[start:end])
            else:
                found.extend(map(self._items.__getitem__, self._matching(fitting, start, end)))
        return found

    def _spans(self, pattern: str, low: int, high: int) -> Iterator[tuple[int, int, tuple[Cut, ...]]]:
        """Stretches of items to which the same cuts of the pattern apply."""
        first, last = bisect_right(self._till, low), bisect_left(self._till, high)
        fits: list[tuple[Cut, ...]] = list(repeat((), last + 1 - first))
        for cut in cuts(pattern):
            fit = cut.level.fullmatch
            for at, level in enumerate(self._levels[first : last + 1]):
                if fit(level):
                    fits[at] = (*fits[at], cut)
        start = low
        for fitting, run in groupby(enumerate(fits, first), key=itemgetter(1)):
            *_, (at, _) = run
            end = min(self._till[at], high)
            if fitting:
                yield start, end, needed(fitting)
            start = end

    def _matching(self, fitting: Sequence[Cut], start: int, end: int) -> Iterable[int]:
        """The lines within a stretch whose leaf one of the cuts matches."""
        found = [self._lines(cut, start, end) for cut in fitting]
        return found[0] if len(found) == 1 else sorted({line for lines in found for line in lines})

    def _lines(self, cut: Cut, start: int, end: int) -> Iterable[int]:
        """The lines within a stretch whose leaf a cut matches, in the way that takes least."""
        search, density = self._way(cut, start, end)
        if density > _COMMON and cut.leaf[-1].fixed:
            return self._by_end(cut, start, end)
        if search is not None and search.check is None and density > _DENSE:
            return compress(range(start, end), _answers(search, self._text[self._starts[start] : self._starts[end]]))
        return self._one_by_one(cut, search, start, end)

    def _by_end(self, cut: Cut, start: int, end: int) -> Iterable[int]:
        """Where many match: all that end in the right character, found in one stroke, are looked at."""
        marks = self._ends[start:end].translate(_fitting_ends(cut.leaf[-1]))
        likely = compress(range(start, end), marks)
        before = before_star(cut.leaf[:-1]) if _OTHER not in marks else None
        if before is not None:
            return self._after(BEGIN + before, likely) if before else likely
        whole = re.compile(BEGIN + regex(cut.leaf) + END).match
        text, starts = self._text, self._starts
        return [line for line in likely if whole(text, starts[line])]

    def _after(self, before: str, likely: Iterable[int]) -> list[int]:
        """Of some lines those that begin like this, with something left for the end."""
        begins, starts, least = self._text.startswith, self._starts, len(before) + 2
        return [line for line in likely if begins(before, starts[line]) and starts[line + 1] - starts[line] >= least]

    def _way(self, cut: Cut, start: int, end: int) -> tuple[Search | None, float]:
        """The search with the fewest hits, and how many those are a character; none where nothing can be sought."""
        begin, stop = self._starts[start], self._starts[end]
        ways = ((self._density(way, begin, stop), way) for way in reversed(searches(cut.leaf)))
        density, search = min(ways, key=itemgetter(0), default=(0.0, None))
        return search, density

    def _one_by_one(self, cut: Cut, search: Search | None, start: int, end: int) -> list[int]:
        """Where few match: what the search hits."""
        text, starts = self._text, self._starts
        if search is None:
            whole = re.compile(BEGIN + regex(cut.leaf) + END).match
            return [line for line in range(start, end) if whole(text, starts[line])]
        found = [hit.start() for hit in search.hit.finditer(text, starts[start], starts[end])]
        lines = dict.fromkeys(map(bisect_right, repeat(starts), found, repeat(start), repeat(end)))
        if search.check is None:
            return [line - 1 for line in lines]
        check = search.check.match
        return [line - 1 for line in lines if check(text, starts[line - 1])]

    def _density(self, way: Search, begin: int, stop: int) -> float:
        """Hits a character, in some samples from all over: neighbours in order are alike."""
        stride = max(_SAMPLE, (stop - begin) // _SAMPLES)
        hits = length = 0
        for start in range(begin, stop, stride):
            hits += sum(1 for _ in way.hit.finditer(self._text, start, min(stop, start + _SAMPLE)))
            length += min(stop, start + _SAMPLE) - start
        return hits / length


@lru_cache(256)
def _fitting_ends(last: Token) -> bytes:
    """For each last character whether it fits a step; that of those beyond Latin-1 stays what it is."""
    fits = re.compile(last.regex).fullmatch
    return bytes([*(fits(chr(one)) is not None for one in range(_OTHER)), _OTHER])


def _answers(search: Search, text: str) -> bytes:
    """1 for each leaf of a text that a sure search finds, else 0, without looking at one after another."""
    for ending in search.endings:
        text = text.replace(ending, FOUND)
    if not search.endings:
        text = search.to_end.sub(FOUND, text)
    return text.translate(_ANSWERS).encode()


class _Answers(dict[int, int]):
    """Of a text only what tells found leaves from others."""

    def __missing__(self, _: int) -> None:
        return None


FOUND = "\x01"
_ANSWERS = _Answers({ord(END): 0, ord(FOUND): 1})
