"""`python -m xregistry_tui` is `xreg-tui`."""

from __future__ import annotations

import sys

from xregistry_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
