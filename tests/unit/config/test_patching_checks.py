"""Pairs: what the example says of patching is fine; each request that cannot work is one finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from baseline.config.checks import patching
from baseline.config.patching import OperatingSystem, Patching, systems

Found = Callable[[dict[str, object]], list[str]]


def rule(**changes: object) -> dict[str, object]:
    return {"classifications": ["Security"], "severities": ["Critical"], "days": 1, **changes}


def baseline(system: str, **changes: object) -> dict[str, object]:
    return {"patching.baselines": {system: changes}}


def window(**changes: object) -> dict[str, object]:
    return {"patching.windows": {"weekly": changes}}


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "an unknown day",
        window(day="caturday"),
        "patching.windows.weekly.day: 'caturday' is not one of",
    ),
    ("an hour that no day has", window(hour=24), "patching.windows.weekly.hour: 24 is"),
    (
        "approval before the release",
        baseline("windows", rules=[rule(classifications=["SecurityUpdates"], days=-1)]),
        "patching.baselines.windows.rules[0].days: -1 is",
    ),
    (
        "a cut-off as long as the window",
        window(duration_hours=2, cutoff_hours=2),
        "patching.windows.weekly.cutoff_hours: the cut-off of 2 hours is not less than the duration of 2",
    ),
    (
        "a window shorter than the cut-off that goes without saying",
        window(duration_hours=1),
        "patching.windows.weekly.duration_hours: the cut-off of 1 hours is not less than",
    ),
    (
        "an unknown operating system",
        {"patching.operating_systems": ["amazon-linux-2032"]},
        "patching.operating_systems[0]: 'amazon-linux-2032' is not one of",
    ),
    (
        "rules of an unknown operating system",
        baseline("solaris", rejected={"kernel*": "breaks the driver"}),
        "patching.baselines.solaris: ",
    ),
    (
        "rules of an operating system that gets no baseline",
        {
            "patching.operating_systems": ["ubuntu"],
            "patching.baselines": {"windows": {"available_security_updates": "COMPLIANT"}},
        },
        "patching.baselines.windows: is not in operating_systems [ubuntu]; add it there",
    ),
    (
        "a severity of another system",
        baseline("rhel", rules=[rule(severities=["Medium"])]),
        "patching.baselines.rhel.rules[0].severities[0]: 'Medium' is not among the severities of rhel",
    ),
    (
        "a classification of another system",
        baseline("windows", rules=[rule()]),
        "patching.baselines.windows.rules[0].classifications[0]: 'Security' is not among",
    ),
    (
        "a classification where there are none",
        baseline("ubuntu", rules=[rule(severities=["Required"], days=0)]),
        "patching.baselines.ubuntu.rules[0].classifications[0]: patches of ubuntu have no classifications",
    ),
    (
        "days where patches have no date",
        baseline("ubuntu", rules=[{"severities": ["Required"], "days": 7}]),
        "patching.baselines.ubuntu.rules[0].days: patches of ubuntu have no date of release",
    ),
    (
        "a rule that approves everything",
        baseline("rhel", rules=[{"days": 7}]),
        "patching.baselines.rhel.rules[0]: approves whatever there is; name classifications or severities",
    ),
    (
        "a rule whose only severity is no text",
        baseline("rhel", rules=[{"days": 7, "severities": [["Critical"]]}]),
        "patching.baselines.rhel.rules[0].severities[0]: a list stands where text is expected",
    ),
    (
        "a rejection without a reason",
        baseline("windows", rejected={"KB5034441": "breaks"}),
        "patching.baselines.windows.rejected.KB5034441: ",
    ),
    (
        "a patch that is approved and rejected",
        baseline(
            "windows",
            approved={"KB5034441": "fixes what the auditors found"},
            rejected={"KB5034441": "fails on small recovery partitions"},
        ),
        "patching.baselines.windows.approved.KB5034441: stands in rejected too",
    ),
    (
        "a time zone that does not exist",
        window(timezone="Europe/Berlinn"),
        "patching.windows.weekly.timezone: 'Europe/Berlinn' is not a time zone; did you mean 'Europe/Berlin'?",
    ),
    (
        "two windows for all machines",
        {"patching.install": "all", "patching.windows": {"one": {}, "two": {}}},
        "patching.windows: install: all has one window for every machine, here are 2",
    ),
    (
        "local time for all machines",
        {"patching.install": "all", "patching.windows": {"one": {"timezone": "Europe/Berlin"}}},
        "patching.windows.one.timezone: install: all runs by State Manager, which knows UTC only",
    ),
    (
        "no window to install in",
        {"patching.windows": {}},
        "patching.windows: there is none to install in",
    ),
    (
        "a share of nothing",
        window(concurrency="0%"),
        "patching.windows.weekly.concurrency: '0%' is neither a number of machines",
    ),
    (
        "a threshold in words",
        window(errors="few"),
        "patching.windows.weekly.errors: 'few' is neither a number of failures",
    ),
    (
        "an unknown reboot policy",
        window(reboot="Always"),
        "patching.windows.weekly.reboot: 'Always' is not one of",
    ),
]


@pytest.mark.parametrize(("_what", "changes", "start"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_work_is_one_clear_finding(
    found: Found, _what: str, changes: dict[str, object], start: str
) -> None:
    findings = found(changes)
    assert len(findings) == 1, findings
    assert findings[0].startswith(start), findings


@pytest.mark.parametrize(
    "changes",
    [
        {"patching.install": "none", "patching.windows": {}},
        {"patching.install": "all"},
        {"patching.enabled": False},
        window(day="monday", duration_hours=6, cutoff_hours=5, timezone="Asia/Kolkata"),
        window(concurrency="1", errors="0"),
        baseline("rhel", rules=[rule(days=0), rule(severities=["Important"], days=360)]),
        baseline("windows", rejected={"KB5034441": "fails on small recovery partitions"}),
    ],
    ids=str,
)
def test_what_can_work_has_no_finding(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


def test_every_operating_system_has_rules_that_its_own_table_knows() -> None:
    assert set(systems()) == set(get_args(OperatingSystem))
    for system in systems().values():
        for each in system.rules:
            assert set(each.classifications) <= set(system.classifications)
            assert set(each.severities) <= set(system.severities)
            assert each.days == 0 or system.dated


def test_critical_patches_are_approved_first() -> None:
    for name in ("amazon-linux-2", "amazon-linux-2023", "rhel", "windows"):
        days = {
            severity: each.days for each in systems()[name].rules for severity in each.severities
        }
        assert days["Critical"] < days["Important"] < days["Low"], name
        assert days["Critical"] <= 7


def test_nothing_is_installed_on_a_machine_without_a_tag_by_default() -> None:
    settings = Patching()
    assert (settings.enabled, settings.install, settings.installs) == (True, "tagged", True)
    off: dict[str, Any] = {"enabled": False}
    assert not Patching(**off).installs
    assert not Patching(install="none").installs


def test_time_zones_are_read_only_where_one_is_named(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finding them opens 600 files, two thirds of the time of reading a configuration."""
    read: list[str] = []

    def zones() -> frozenset[str]:
        read.append("all")
        return frozenset({"Europe/Berlin"})

    monkeypatch.setattr(patching, "_zones", zones)
    assert found(window(day="sunday")) == []
    assert read == []
    assert found(window(timezone="Europe/Berlin")) == []
    assert read == ["all"]
