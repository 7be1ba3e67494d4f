"""The page of `baseline report` in a real, headless Chromium: by mouse, by keyboard, on paper, without script."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baseline.report.building import build
from baseline.report.model import Report, Requirement
from baseline.report.rendering import render
from tests.unit.report.conftest import DATE, RICH, SUPPRESSIONS, example, write_assembly

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
MILLISECONDS = 2500  # of a machine that does other things besides


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Write three pages, let the browser walk through them, and give what it saw."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "accepted.yaml").write_text(SUPPRESSIONS, encoding="utf-8")
    assembly = write_assembly(folder / "cdk.out")
    rich = shortened(
        build(
            example(RICH),
            name="baseline.yaml",
            date=DATE,
            assembly=assembly,
            suppressions=[folder / "accepted.yaml"],
        )
    )
    unit = replace(rich.root.units[0], path=HOSTILE, name=HOSTILE)
    hostile = replace(rich, title=HOSTILE, root=replace(rich.root, units=(unit,)))
    large = build(example({"members": members(2000)}), name="baseline.yaml", date=DATE)
    for name, report in (("rich", rich), ("hostile", hostile), ("large", large)):
        (folder / f"{name}.html").write_text(render(report), encoding="utf-8")
    node = shutil.which("node")
    assert node, "node is not on PATH"
    done = subprocess.run(
        [
            node,
            Path(__file__).with_name("report_page.mjs"),
            str(CHROMIUM),
            folder,
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shortened(report: Report) -> Report:
    """Leave of each long list what shows every form that its entries have: axe looks at each element."""
    kept = {"organization-trail", "config-recorder"}
    phases = tuple(
        replace(
            phase,
            capabilities=tuple(
                row
                for index, row in enumerate(phase.capabilities)
                if row.id in kept or index % 8 == 0 or row.state == "on"
            ),
        )
        for phase in report.phases
    )
    shown = {row.id for phase in phases for row in phase.capabilities}
    frameworks = tuple(
        replace(each, requirements=_serving(each.requirements, shown)) for each in report.frameworks
    )
    return replace(report, phases=phases, frameworks=frameworks)


def _serving(rows: tuple[Requirement, ...], shown: set[str]) -> tuple[Requirement, ...]:
    chosen = [
        replace(row, capabilities=tuple(name for name in row.capabilities if name in shown))
        for row in rows
        if shown & set(row.capabilities)
    ]
    states = ("on", "off")
    return tuple(
        row for state in states for row in [each for each in chosen if each.state == state][:6]
    )


def members(count: int) -> dict[str, dict[str, str]]:
    return {
        f"team-{number:04}": {
            "id": f"{600000000000 + number}",
            "email": f"aws-team-{number:04}@example.com",
            "ou": "Workloads/Production" if number % 2 else "Workloads/Test",
        }
        for number in range(count)
    }


def test_axe_finds_nothing_light_and_dark_wide_and_narrow(seen: dict[str, Any]) -> None:
    examined = [each for each in seen["accessibility"] if "violations" in each]
    assert {(each["width"], each["colorScheme"]) for each in examined} == {
        (1440, "light"),
        (1440, "dark"),
        (390, "light"),
        (390, "dark"),
    }
    for each in examined:
        assert each["violations"] == [], each
        assert each["passed"] > 20  # axe did look


def test_nothing_is_wider_than_the_window(seen: dict[str, Any]) -> None:
    assert [each["width"] for each in seen["accessibility"] if each["overflow"]] == []


def test_the_console_stays_empty_and_nothing_is_requested(seen: dict[str, Any]) -> None:
    assert seen["seen"] == {"console": [], "requests": []}


def test_the_filter_of_frameworks_shows_one_and_counts_it(seen: dict[str, Any]) -> None:
    found = seen["filters"]
    total = found["before"]["rows"]
    assert found["before"]["said"] == f"{total} of {total}"
    some = found["framework"]["rows"]
    assert 0 < some < total
    assert found["framework"] == {
        "rows": some,
        "said": f"{some} of {total}",
        "groups": 1,
        "visible": some,
    }
    assert set(found["on"]["badges"]) == {"on"}
    assert 0 < found["on"]["rows"] < some
    assert found["after"] == found["before"]
    assert set(found["guardrails"]) == {"rcp"}


def test_the_search_finds_accounts_and_several_words_and_says_what_it_did_not(
    seen: dict[str, Any],
) -> None:
    found = seen["searching"]
    (account,) = found["account"]["visible"]
    assert account.startswith("payments-test 666666666666")
    assert found["account"]["units"] == ["Root", "Workloads", "Test"]
    assert found["account"]["status"].endswith("found")
    assert int(found["account"]["hits"]) >= 1
    assert found["account"]["cost"] is True
    assert found["account"]["highlighted"] >= 1
    assert any(text.startswith("siem-reader") for text in found["words"])
    assert found["nothing"] == {"items": 0, "status": "0 found"}
    assert found["cleared"]["value"] == ""
    assert found["cleared"]["missing"] == 0
    assert found["cleared"]["open"] == 8


def test_the_theme_follows_the_system_until_somebody_chooses_and_is_remembered(
    seen: dict[str, Any],
) -> None:
    first, light, reloaded, dark, system = seen["themes"]
    assert [each["theme"] for each in seen["themes"]] == [
        "system",
        "light",
        "light",
        "dark",
        "system",
    ]
    assert first["ground"] == dark["ground"] == system["ground"] != light["ground"]
    assert reloaded == light
    assert dark["label"] == "Theme: dark"


def test_the_keyboard_reaches_everything_and_sees_where_it_is(seen: dict[str, Any]) -> None:
    found = seen["keyboard"]
    assert found["skip"]["text"] == "Skip to the content"
    assert found["skip"]["inside"] is True
    assert found["main"]["id"] == "content"
    walk = found["walk"]
    assert [each["id"] for each in walk[1:4]] == ["search", "theme", "print"]
    assert [each["text"] for each in walk[4:6]] == ["Summary", "Organization"]
    assert all(each["outline"] and each["inside"] for each in walk), [
        each for each in walk if not (each["outline"] and each["inside"])
    ]
    assert {"INPUT", "BUTTON", "A", "SUMMARY"} <= {each["tag"] for each in walk}
    assert found["opened"] is not None


def test_links_lead_below_the_header_and_open_what_is_folded(seen: dict[str, Any]) -> None:
    found = seen["links"]
    assert found["header"] - 2 <= found["flows"] < 300
    assert (found["before"], found["revealed"]) == (False, True)


def test_without_script_everything_can_be_read_and_nothing_dead_is_shown(
    seen: dict[str, Any],
) -> None:
    assert seen["withoutScript"] == {
        "controls": 0,
        "sections": 8,
        "drawing": True,
        "closed": False,
        "opened": True,
    }


def test_paper_has_everything_whatever_is_folded_or_searched(seen: dict[str, Any]) -> None:
    shown = {"details": True, "accounts": True, "rows": True, "requirement": True, "tools": 0}
    assert seen["printing"]["scripted"] == seen["printing"]["plain"] == shown
    assert seen["printing"]["pdf"] > 50_000


def test_hostile_names_are_text(seen: dict[str, Any]) -> None:
    assert seen["hostile"] == {"scripts": 1, "images": 0, "text": True}


def test_the_policy_stops_what_a_hole_would_let_in(seen: dict[str, Any]) -> None:
    assert seen["policy"] == {
        "ran": False,
        "blocked": ["connect-src", "img-src", "script-src-elem"],
    }


def test_two_thousand_accounts_are_searched_while_one_types(seen: dict[str, Any]) -> None:
    found = seen["large"]
    (account,) = found["visible"]
    assert account.startswith("team-1999")
    assert found["first"] < MILLISECONDS
    assert found["again"] < MILLISECONDS
    assert found["filter"] < MILLISECONDS
