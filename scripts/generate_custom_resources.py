"""Write the table of docs/custom-resources.md from baseline/controls/custom_resources.json."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from baseline.controls.ledger import entries, table  # noqa: E402 - the script runs uninstalled

PAGE = ROOT / "docs/custom-resources.md"


def main() -> None:
    """Replace the table at the end of the page."""
    text = PAGE.read_text(encoding="utf-8")
    prose = [line for line in text.splitlines() if not line.startswith("|")]
    PAGE.write_text("\n".join(prose).rstrip() + "\n\n" + table(entries()), encoding="utf-8")


if __name__ == "__main__":
    main()
