"""Evidence: nothing is accepted that is not asked for."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding, Path
from baseline.config.view import View

EVIDENCE: Path = ("evidence",)


def accepts_terms_of_something(view: View) -> Iterator[Finding]:
    """Terms are accepted for reports that are fetched."""
    accepts = view.get((*EVIDENCE, "accept_terms")) is True
    if accepts and view.get((*EVIDENCE, "artifact")) != "reports":
        yield Finding(
            (*EVIDENCE, "accept_terms"),
            "accepts terms of reports that are not fetched; set artifact: reports, or remove it",
        )
