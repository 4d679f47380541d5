"""Shell-style patterns taken apart at the last dot of a path, so that most of a large tree need not be looked at.

A pattern matches a path when its beginning matches the level (with its dot) and its rest the leaf. Where the dot falls
in the pattern there are few possibilities: right at the last literal dot, or within a wildcard after it. A leaf holds
no dot, so nothing before that can match one.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

STAR, ANY = "*", "?"
BEGIN, END = "\x02", "\n"
"""What stands around each leaf in a text of many."""

_FEW = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One step of a pattern: `*`, `?`, or one character out of some. `regex` stays within a leaf."""

    kind: str
    regex: str

    @property
    def fixed(self) -> bool:
        """Whether it says something about a character."""
        return self.kind not in (STAR, ANY)


@dataclass(frozen=True, slots=True)
class Cut:
    """A pattern cut where a path's last dot may fall: `level` matches what is up to the dot, `leaf` the rest."""

    at: int
    level: re.Pattern[str]
    leaf: tuple[Token, ...]
    from_star: bool

    @property
    def takes_all(self) -> bool:
        """Whether any leaf will do; none is empty."""
        kinds = [token.kind for token in self.leaf]
        return kinds in ([STAR], [STAR, ANY], [ANY, STAR])


def tokens(pattern: str) -> tuple[Token, ...]:
    """The steps of a pattern; stars in a row are one.

    >>> [token.kind for token in tokens("a**[bc]?")]
    ['a', '*', '[bc]', '?']
    """
    found: list[Token] = []
    at = 0
    while at < len(pattern):
        part = _part(pattern, at)
        at += len(part)
        if part != STAR or not found or found[-1].kind != STAR:
            found.append(_token(part))
    return tuple(found)


def _part(pattern: str, at: int) -> str:
    """The character here, or the whole set that begins here."""
    if pattern[at] == "[":
        start = at + 2 if pattern[at + 1 : at + 2] == "!" else at + 1
        end = pattern.find("]", start + 1)
        if end >= 0:
            return pattern[at : end + 1]
    return pattern[at]


def _token(part: str) -> Token:
    if part == STAR:
        return Token(STAR, r"[^\n]*")
    if part == ANY:
        return Token(ANY, r"[^\n]")
    if len(part) == 1:
        return Token(part, re.escape(part))
    # how a set is read (ranges, nothing in it, all in it) is fnmatch's business: (?s:…)\Z
    inner = fnmatch.translate(part).removeprefix("(?s:").rpartition(")")[0]
    return Token(part, inner if part[1] != "!" and "-" not in part else rf"(?![{BEGIN}{END}]){inner}")


def regex(steps: Sequence[Token]) -> str:
    """What the steps are as a regular expression over lines."""
    return "".join(token.regex for token in steps)


@lru_cache(256)
def cuts(pattern: str) -> tuple[Cut, ...]:
    """Every way in which a path's last dot may fall into a pattern, by place."""
    steps = tokens(pattern)
    last = max((at for at, token in enumerate(steps) if token.kind == "."), default=-1)
    found = []
    for at in range(max(last, 0), len(steps)):
        if at == last or _may_be_dot(steps[at]):
            star = steps[at].kind == STAR
            found.append(Cut(at, _level(steps[: at + 1]), steps[at if star else at + 1 :], star))
    return tuple(found)


def _may_be_dot(token: Token) -> bool:
    return token.kind in (STAR, ANY) or re.fullmatch(token.regex, ".") is not None


def _level(steps: Sequence[Token]) -> re.Pattern[str]:
    """Matches a level with its dot: the last step has to take the dot."""
    *before, last = steps
    ending = r"[^\n]*\." if last.kind == STAR else r"\."
    return re.compile(regex(before) + ending)


def needed(found: Sequence[Cut]) -> tuple[Cut, ...]:
    """Of cuts that fit one level those that matter: what a star can take, a star before it can leave to it."""
    star = max((cut.at for cut in found if cut.from_star), default=-1)
    return tuple(cut for cut in found if cut.at >= star)


def before_star(steps: Sequence[Token]) -> str | None:
    """The text before a star that ends the steps; `None` where they are anything else.

    >>> before_star(tokens("a.*")), before_star(tokens("*")), before_star(tokens("a?*"))
    ('a.', '', None)
    """
    *before, star = steps or tokens("-")
    text = "".join(token.kind for token in before)
    plain = len(text) == len(before) and all(token.fixed for token in before)
    return text if star.kind == STAR and plain else None


@dataclass(frozen=True, slots=True)
class Search:
    """How leaves are looked for in a text of many: `hit` finds those that may match, `check` says whether one does.

    `to_end` finds the same to the end of the leaf; `endings`, where there are any, are all that it can be.
    """

    hit: re.Pattern[str]
    check: re.Pattern[str] | None
    to_end: re.Pattern[str]
    endings: tuple[str, ...] = ()


@lru_cache(256)
def searches(leaf: tuple[Token, ...]) -> tuple[Search, ...]:
    """The ways to look for the leaves that match: by each stretch between stars that says something, or as a whole."""
    stretches = _stretches(leaf)
    stars = sum(token.kind == STAR for token in leaf)
    whole = re.compile(BEGIN + regex(leaf) + END)
    found = []
    for number, stretch in enumerate(stretches):
        core = _core(stretch)
        if not core:
            continue
        begins = BEGIN if number == 0 and leaf[0].kind != STAR and core[0] is stretch[0] else ""
        ends = END if number == len(stretches) - 1 and leaf[-1].kind != STAR and core[-1] is stretch[-1] else ""
        hit = begins + regex(core)
        sure = len(stretches) == 1 and len(core) + stars == len(leaf)
        to_end = re.compile(hit + (ends or rf"[^{END}]*{END}"))
        endings = tuple(begins + text + ends for text in _spelled(core)) if ends else ()
        found.append(Search(re.compile(hit + ends), None if sure else whole, to_end, endings))
    if len(stretches) > 1 and leaf[0].fixed:
        found.append(Search(whole, None, whole))
    return tuple(found)


def _spelled(core: Sequence[Token]) -> tuple[str, ...]:
    """Every text that a core can be, where these are few."""
    found = [""]
    for token in core:
        choices = token.kind[1:-1] if len(token.kind) > 1 else token.kind
        if token.kind == ANY or choices[0] == "!" or ("-" in choices and len(choices) > 1):
            return ()
        found = [text + one for text in found for one in dict.fromkeys(choices)]
        if len(found) > _FEW:
            return ()
    return tuple(found)


def _stretches(leaf: Sequence[Token]) -> list[list[Token]]:
    found: list[list[Token]] = [[]]
    for token in leaf:
        if token.kind == STAR:
            found.append([])
        else:
            found[-1].append(token)
    return [stretch for stretch in found if stretch]


def _core(stretch: list[Token]) -> list[Token]:
    """A stretch without the `?` at its ends, which are slow to look for."""
    fixed = [at for at, token in enumerate(stretch) if token.fixed]
    return stretch[fixed[0] : fixed[-1] + 1] if fixed else []
