"""The page: self-contained, escaped, linked, the same for the same input."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from baseline.config import Configuration, read
from baseline.controls.matrix import control_matrix
from baseline.report.building import build
from baseline.report.model import Report
from baseline.report.rendering import render
from tests.support import ROOT
from tests.unit.report.conftest import DATE, example

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


class Page(HTMLParser):
    """What a browser would make of a page, as far as the tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.text: list[str] = []
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self._within = tag if tag in {"script", "style"} else self._within

    def handle_endtag(self, tag: str) -> None:
        self._within = "" if tag == self._within else self._within

    def handle_data(self, data: str) -> None:
        where = {"script": self.scripts, "style": self.styles}.get(self._within, self.text)
        where.append(data)

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return render(report)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_nothing_is_fetched_from_anywhere(html: str, page: Page) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint({"iframe", "object", "embed", "base", "form"})
    loads = [
        value
        for name in ("src", "srcset", "data", "action", "poster")
        for value in page.attributes(name)
    ]
    assert loads == []
    links = [
        value
        for tag, attributes in page.tags
        if tag in {"a", "link"}
        for value in [attributes["href"]]
    ]
    assert {value for value in links if not value.startswith("#")} == {"data:,"}
    assert not re.search(r"url\((?!#)|@import", html)


def test_the_policy_allows_the_inlined_style_and_script_by_hash_and_nothing_else(
    page: Page,
) -> None:
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for kind, texts in (("script-src", page.scripts), ("style-src", page.styles)):
        (text,) = texts
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"
    assert set(rules) == {
        "default-src",
        "base-uri",
        "form-action",
        "script-src",
        "style-src",
        "img-src",
    }
    # What the policy would stop must not be there: it would be an error in the console.
    assert not page.attributes("style")
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_every_internal_link_has_its_target_and_every_id_is_one(page: Page) -> None:
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    targets = {value[1:] for value in page.attributes("href") if value.startswith("#")}
    assert targets <= set(ids)
    labelled = {name for value in page.attributes("aria-labelledby") for name in value.split()}
    assert labelled <= set(ids)
    assert {
        "summary",
        "organization",
        "guardrails",
        "phases",
        "controls",
        "flows",
        "cost",
    } <= targets


def test_hostile_texts_are_shown_and_cannot_run(report: Report) -> None:
    root = replace(
        report.root,
        units=(replace(report.root.units[0], path=HOSTILE, name=HOSTILE, sets=(HOSTILE,)),),
        accounts=(replace(report.root.accounts[0], name=HOSTILE, id=HOSTILE),),
    )
    hostile = replace(
        report,
        title=HOSTILE,
        configuration=HOSTILE,
        root=root,
        accepted=tuple(replace(row, name=HOSTILE, reason=HOSTILE) for row in report.accepted),
        weaker=tuple(replace(row, value=HOSTILE) for row in report.weaker),
        stops=tuple(replace(row, label=HOSTILE, note=HOSTILE) for row in report.stops),
        missing=(HOSTILE,),
    )
    page = Page(render(hostile))
    assert len(page.scripts) == 1
    assert "img" not in {tag for tag, _ in page.tags}
    assert not page.attributes("onerror")
    said = "".join(page.text)
    assert said.count(HOSTILE) > 10
    ids = page.attributes("id")
    assert not [each for each in ids if re.search(r"[^\w-]", each)]


def test_the_same_input_gives_the_same_page(rich: Configuration, small_assembly: Path) -> None:
    once, again = (
        render(build(rich, name="baseline.yaml", date=DATE, assembly=small_assembly))
        for _ in range(2)
    )
    assert once == again


def test_expired_exceptions_are_told_at_the_top(html: str) -> None:
    top = html[html.index('id="summary"') : html.index('id="organization"')]
    assert "2 exceptions have</strong>" in top or "2 exceptions have expired." in top
    assert "over since 2026-11-01, 21 days ago" in top
    assert html.count('class="badge expired"') == 2


def test_without_an_assembly_the_page_says_what_is_missing(rich: Configuration) -> None:
    report = build(rich, name="baseline.yaml", date=DATE)
    html = render(report)
    assert "Not everything could be read." in html
    assert "make synth" in html
    assert {capability.state for phase in report.phases for capability in phase.capabilities} == {
        "unknown"
    }
    assert report.acknowledgements is None
    assert "Not read: they stand in the cloud assembly." in html


def test_the_phases_count_what_the_assembly_has(report: Report) -> None:
    commands = {row.id for row in control_matrix().capabilities if row.command}
    on = [row.id for phase in report.phases for row in phase.capabilities if row.state == "on"]
    assert {"change-review", "cost-estimate"} <= commands
    assert set(on) == {"organization-trail"} | commands
    assert [phase.number for phase in report.phases] == [1, 2, 3]
    assert all(phase.on + phase.off == len(phase.capabilities) for phase in report.phases)
    assert sum(phase.on for phase in report.phases) == 1 + len(commands)


def test_a_requirement_is_on_with_one_of_its_capabilities(report: Report) -> None:
    hub = report.frameworks[0]
    assert hub.title == "AWS Security Hub"
    states = {row.id: row.state for row in hub.requirements}
    assert states["CloudTrail.1"] == "on"
    assert states["Config.1"] == "off"
    ids = [row.id for row in hub.requirements]
    assert ids.index("CloudWatch.2") < ids.index("CloudWatch.10")


def test_cost_is_summed_by_account_and_by_capability(report: Report) -> None:
    assert report.cost is not None
    for rows in (report.cost.accounts, report.cost.capabilities):
        assert sum(row.monthly for row in rows) == pytest.approx(report.cost.total, abs=0.1)
        assert [row.monthly for row in rows] == sorted((row.monthly for row in rows), reverse=True)
    assert {"security", "log_archive", "management"} <= {row.name for row in report.cost.accounts}


def test_everything_shown_is_there_for_programs(report: Report) -> None:
    document = json.loads(json.dumps(report.as_json()))
    assert document["accepted"][0]["state"] == "expired"
    assert document["root"]["units"][0]["path"] == "Security"
    assert len(document["guardrails"]) == len(report.guardrails)


def test_two_thousand_accounts_fit_on_a_page() -> None:
    members = {
        f"team-{number:04}": {
            "id": f"{600000000000 + number}",
            "email": f"aws-team-{number:04}@example.com",
            "ou": "Workloads/Production" if number % 2 else "Workloads/Test",
        }
        for number in range(2000)
    }
    report = build(example({"members": members}), name="baseline.yaml", date=DATE)
    html = render(report)
    assert report.root.population == 2008
    assert all(f"team-{number:04}" in html for number in (0, 999, 1999))
    assert len(html) < 1_500_000


def test_an_account_alone_has_a_page_without_guardrails() -> None:
    path = ROOT / "examples" / "configurations" / "standalone.yaml"
    report = build(read(path), name=path.name, date=DATE)
    page = Page(render(report))
    assert report.profile == "standalone"
    assert report.title == "account 121212121212"
    assert report.guardrails == ()
    assert report.exemptions == ()
    assert report.cost is not None
    assert report.cost.total > 0
    ids = set(page.attributes("id"))
    assert "guardrails" not in ids
    targets = {value[1:] for value in page.attributes("href") if value.startswith("#")}
    assert targets <= ids
    assert "121212121212" in "".join(page.text)
