"""Whether the hooks have something to do."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding, Path
from baseline.config.view import View

SECTION: Path = ("template_validation",)


def says_what_it_is_for(view: View) -> Iterator[Finding]:
    """Exclusions and reports belong to hooks that are on."""
    if view.text(*SECTION, "hook") in {"warn", "fail"}:
        return
    for key in ("exclude_stacks", "exclude_roles", "report_bucket"):
        if view.get((*SECTION, key)):
            yield Finding(
                (*SECTION, key),
                "is for no hook; write template_validation.hook: warn, or remove it",
            )
