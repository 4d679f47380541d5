"""A reader of the expressions that PostgreSQL writes out (`pg_get_expr`), as far as simple constraints need it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>E'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<sign>::|<=|>=|<>|!~\*|!~|~\*|~~\*|~~|\|\||[-()\[\],.<>=~+*/%!|&\#@^?]))""",
    re.VERBOSE | re.DOTALL,
)
_TWO_WORDS = {"character": ("varying",), "double": ("precision",), "bit": ("varying",)}
_ZONED = ("time", "timestamp")
_COMPARISONS = ("=", "<", "<=", ">", ">=", "<>", "~", "~*", "!~", "!~*", "~~", "!~~")


class Unread(Exception):
    """The expression is none of those known here."""


@dataclass(frozen=True, slots=True)
class Node:
    """Part of an expression: `form` is and, or, not, compare, null, notnull, cast, call, array, name or literal.

    `text` is an operator, a type, a name or a literal's text; `quoted` literals are texts, others numbers.
    """

    form: str
    text: str = ""
    parts: tuple[Node, ...] = ()
    quoted: bool = False


def parsed(expression: str) -> Node:
    """An expression as a tree; raises `Unread`."""
    reader = _Reader(_tokens(expression))
    try:
        node = reader.choice()
    except RecursionError:
        raise Unread from None
    if reader.at != len(reader.tokens):
        raise Unread
    return node


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at, end = [], 0, len(expression.rstrip())
    while at < end:
        matched = _TOKEN.match(expression, at)
        if matched is None or matched.lastgroup is None:
            raise Unread
        found.append((matched.lastgroup, matched.group(matched.lastgroup)))
        at = matched.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _sign(self, *signs: str) -> str:
        """The sign that comes next, taken, where it is one of these."""
        kind, text = self._next()
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return ""

    def _word(self, *words: str) -> bool:
        """Whether these words come next; they are taken then."""
        ahead = self.tokens[self.at : self.at + len(words)]
        if [(kind, text.upper()) for kind, text in ahead] != [("word", word) for word in words]:
            return False
        self.at += len(words)
        return True

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            raise Unread

    def choice(self) -> Node:
        parts = [self.conjunction()]
        while self._word("OR"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Node("or", parts=tuple(parts))

    def conjunction(self) -> Node:
        parts = [self.negation()]
        while self._word("AND"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Node("and", parts=tuple(parts))

    def negation(self) -> Node:
        return Node("not", parts=(self.negation(),)) if self._word("NOT") else self.comparison()

    def comparison(self) -> Node:
        left = self.value()
        if self._word("IS", "NOT", "NULL"):
            return Node("notnull", parts=(left,))
        if self._word("IS", "NULL"):
            return Node("null", parts=(left,))
        operator = self._sign(*_COMPARISONS)
        if not operator:
            return left
        if self._word("ANY"):
            self._need("(")
            right = _array(self.choice())
            self._need(")")
        else:
            right = self.value()
            if right.form in ("array", "cast") and _is_array(right):
                raise Unread
        return Node("compare", operator, (left, right))

    def value(self) -> Node:
        node = self._primary()
        while self._sign("::"):
            node = Node("cast", self._type(), (node,))
        return node

    def _primary(self) -> Node:
        if self._sign("("):
            node = self.choice()
            self._need(")")
            return node
        if self._sign("-"):
            kind, text = self._next()
            self.at += 1
            if kind != "number":
                raise Unread
            return Node("literal", "-" + text)
        kind, text = self._next()
        self.at += 1
        if kind == "number":
            return Node("literal", text)
        if kind == "text":
            return Node("literal", _unquoted(text), quoted=True)
        if kind == "quoted":
            return Node("name", text[1:-1].replace('""', '"'))
        if kind != "word":
            raise Unread
        if text.upper() == "ARRAY" and self._sign("["):
            return Node("array", parts=self._list("]"))
        return Node("call", text.lower(), self._list(")")) if self._sign("(") else Node("name", text)

    def _list(self, end: str) -> tuple[Node, ...]:
        if self._sign(end):
            return ()
        parts = [self.choice()]
        while self._sign(","):
            parts.append(self.choice())
        self._need(end)
        return tuple(parts)

    def _type(self) -> str:
        """A type's name: words, its schema before it, its size and `[]` behind."""
        words = [self._name()]
        while self._sign("."):
            words = [words[0] + "." + self._name()]
        if any(self._word(word.upper()) for word in _TWO_WORDS.get(words[0], ())):
            words += _TWO_WORDS[words[0]]
        size = ""
        if self._sign("("):
            size = "(" + ",".join(part.text for part in self._list(")")) + ")"
        if words[0] in _ZONED and (self._word("WITH", "TIME", "ZONE") or self._word("WITHOUT", "TIME", "ZONE")):
            words.append("zone")
        text = " ".join(words) + size
        while self._sign("["):
            self._need("]")
            text += "[]"
        return text

    def _name(self) -> str:
        kind, text = self._next()
        self.at += 1
        if kind not in ("word", "quoted"):
            raise Unread
        return text


def _array(node: Node) -> Node:
    """An array through casts of the whole."""
    while node.form == "cast" and node.text.endswith("[]"):
        node = node.parts[0]
    if node.form != "array":
        raise Unread
    return node


def _is_array(node: Node) -> bool:
    return node.form == "array" or (node.form == "cast" and node.text.endswith("[]"))


def _unquoted(text: str) -> str:
    """What a literal stands for; a backslash is one, unless the literal says that it escapes."""
    body = text[text.index("'") + 1 : -1].replace("''", "'")
    return re.sub(r"\\(.)", r"\1", body, flags=re.DOTALL) if text.startswith("E") else body
