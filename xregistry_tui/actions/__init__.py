"""The verbs, one file per noun."""

from __future__ import annotations

from xregistry_tui.actions.base import Action

TABLE: dict[str, Action] = {}
