"""The inspector under its public name."""

from __future__ import annotations

from xregistry_tui.resources.inspector import InspectionResult, XInspector

__all__ = ["InspectionResult", "XInspector"]
