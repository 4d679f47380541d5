"""Engines we read from, and who looks."""

from __future__ import annotations

from xregistry_tui.resources.base import XResource
from xregistry_tui.resources.factory import ResourceFactory

__all__ = ["ResourceFactory", "XResource"]
