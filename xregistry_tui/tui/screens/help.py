"""All keys that act here, and the names by which settings can change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingsMap, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from xregistry_tui.tui.format import fitted, line
from xregistry_tui.tui.keymap import shown
from xregistry_tui.tui.widgets.line_list import Line, LineList
from xregistry_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.dom import DOMNode

_GLYPHS = (
    ("●", "good", "live"),
    ("◐", "warn", "stale or partial: the last good figures stay"),
    ("✗", "bad", "failed; the reason stands beside it"),
    ("‖", "dim", "paused"),
    ("○", "dim", "not looked at yet, or bound to nothing"),
    ("▲", "warn", "changed, or live records violate the model"),
)
_FIGURES = (
    ("1,204,113", "counted"),
    ("≈ 1.2 M", "an estimate"),
    ("98.2 ±0.9", "from a sample, with its interval"),
    ("≥ 6", "at least that many"),
    ("—", "nothing was looked at"),
)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key (as people write it), what it does, and the name of its binding."""

    keys: str
    label: str
    name: str


def keys_here(screen: Screen[object], keymap: Mapping[str, str]) -> tuple[KeyLine, ...]:
    """The keys that act on a screen, the nearest first, each binding once."""
    seen: dict[str, KeyLine] = {}
    nodes = [*(screen.focused.ancestors_with_self if screen.focused else [screen]), screen.app]
    for node in nodes:
        for bindings in node._bindings.key_to_bindings.values():
            for binding in bindings:
                if binding.id and binding.id not in seen and binding.description and _acts(node, binding):
                    seen[binding.id] = KeyLine(_keys(node._bindings, binding, keymap), binding.description, binding.id)
    return tuple(seen.values())


def _acts(node: DOMNode, binding: Binding) -> bool:
    """Whether a key does something now."""
    name, _, _ = binding.action.rpartition(".")[2].partition("(")
    return node.check_action(name, ()) is not False


def _keys(bound: BindingsMap, binding: Binding, keymap: Mapping[str, str]) -> str:
    """All keys of a binding; Textual holds each of them as a binding of its own."""
    if binding.id is not None and binding.id in keymap:
        return " ".join(shown(key.strip()) for key in keymap[binding.id].split(","))
    return " ".join(shown(key) for key, held in bound.key_to_bindings.items() for one in held if one.id == binding.id)


class HelpScreen(ModalScreen[None]):
    """Keys, glyphs and ways to write figures."""

    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 70%; }
    HelpScreen > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
    }
    HelpScreen LineList { height: auto; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "close", show=False, id="help.close")
    ]

    def __init__(self, keys: Sequence[KeyLine]) -> None:
        super().__init__()
        self._keys_here = tuple(keys)

    def compose(self) -> ComposeResult:
        """One list that scrolls."""
        with Vertical():
            yield Lines([line(("Keys here", "bright"), ("    esc closes", "dim")), Text("")])
            yield LineList(cursor=False)

    def on_mount(self) -> None:
        """Write it."""
        listing = self.query_one(LineList)
        listing.set_lines(Line(text) for text in self._text())
        listing.focus()

    def _text(self) -> list[Text]:
        out = [
            line(_role(fitted(key.keys, 18), "accent"), fitted(key.label, 26), (key.name, "dim"))
            for key in self._keys_here
        ]
        out += [Text(""), line(("Keys can be changed in your settings: ", "dim"), '[tui.keymap]  "refresh" = "f5,r"')]
        out += [Text(""), *(line((glyph, role), f"   {meaning}") for glyph, role, meaning in _GLYPHS)]
        out += [
            Text(""),
            *(line(_role(fitted(figure, 12), "bright"), (meaning, "dim")) for figure, meaning in _FIGURES),
        ]
        return out


def _role(text: Text, role: str) -> Text:
    text.stylize(role)
    return text
