"""Hooks of the documentation site: docstrings are written for editors, too."""

from __future__ import annotations

import gc
import re

ROLE = re.compile(r":(?:class|func|meth|mod|attr|data):<code>~?(?:[\w.]+\.)?(\w+)</code>")
LITERAL = re.compile(r"::(</p>\s*<div class=\"highlight)")


def on_startup(**_: object) -> None:
    """Look for no garbage: the build keeps nearly all it makes, and looking is a seventh of it."""
    gc.disable()


def on_page_content(html: str, **_: object) -> str:
    """Show roles of reStructuredText as code, and the two colons before a literal block as one.

    Args:
        html: of a page.
    """
    return LITERAL.sub(r":\1", ROLE.sub(r"<code>\1</code>", html))
