"""The page: one HTML file with its style, script and pictures, that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from baseline.report.drawing import draw
from baseline.report.model import Report

PAGE = Path(__file__).with_name("page")

PARTS = (
    ("summary", "Summary"),
    ("organization", "Organization"),
    ("guardrails", "Guardrails"),
    ("phases", "Phases"),
    ("controls", "Controls"),
    ("flows", "Flows"),
    ("cost", "Cost"),
    ("exceptions", "Exceptions"),
)


def render(report: Report) -> str:
    """Give the page: the same text for the same report, every value of it escaped.

    The content security policy allows the page's own style and script, by their hashes, and nothing
    else: what a name or a reason smuggled in would not run, load or send anything.
    """
    # Of the extra `cli`, as nobody who imports a construct needs it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    css, js = (PAGE / "report.css").read_text("utf-8"), (PAGE / "report.js").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(anchor=_anchor, counted=_counted, dollars=_dollars, share=_share)
    return environment.get_template("report.html.j2").render(
        report=report,
        parts=_parts(report),
        policy=_content_policy(css, js),
        css=Markup(css),  # noqa: S704 - files of this package
        js=Markup(js),  # noqa: S704 - files of this package
        drawing=draw(report.stops, report.flows),
        labels={stop.id: stop.label for stop in report.stops},
        guardrail_types=sorted({row.type for row in report.guardrails}),
    )


def _parts(report: Report) -> list[tuple[str, str]]:
    """Give the sections that the page has."""
    alone = {"organization": "Account"} if report.profile == "standalone" else {}
    return [
        (name, alone.get(name, title))
        for name, title in PARTS
        if name != "guardrails" or report.guardrails
    ]


def _content_policy(css: str, js: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(css)}'",
            f"script-src '{_hash(js)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _anchor(path: str) -> str:
    """Give the ID of a unit's place in the page, whatever signs its path has."""
    return "unit-" + "".join(sign if sign.isalnum() else f"_{ord(sign):x}_" for sign in path)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _dollars(amount: float) -> str:
    """Give an amount as people read it: cents only below ten dollars."""
    return f"${amount:,.2f}" if amount < 10 else f"${amount:,.0f}"  # noqa: PLR2004


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}" if whole else "0"
