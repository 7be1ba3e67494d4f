"""Pairs: narrow suppressions with an end and scans that can run pass; everything else is one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, get_args

import pytest
from botocore.loaders import Loader

from baseline.config import inspector as settings
from baseline.config.checks import guardduty
from baseline.config.regions import CODE_SECURITY, code_regions, table

Found = Callable[[dict[str, object]], list[str]]
INSPECTOR = "capabilities.inspector"
BUILD_TOOLS = {
    "reason": "The compiler stands in the build stage and is not shipped",
    "expires": "2027-05-01",
    "packages": ["gcc"],
    "repositories": ["payments-build"],
}
WEEKLY = {"tags": {"CisScan": ["enabled"]}}


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed day, so that these suppressions do not expire with time."""
    monkeypatch.setattr(guardduty, "today", lambda: date(2026, 11, 22))


def on(**more: object) -> dict[str, object]:
    return {INSPECTOR: {"enabled": True, **more}}


def suppression(without: tuple[str, ...] = (), **changes: Any) -> dict[str, object]:
    given = {key: value for key, value in (BUILD_TOOLS | changes).items() if key not in without}
    return on(suppressions={"build-tools": given})


@pytest.mark.parametrize(
    "changes",
    [
        on(),
        suppression(),
        suppression(expires=date(2027, 11, 1)),
        suppression(exploit_available=False, fix_available=False, severities=["LOW"]),
        suppression(("packages", "repositories"), tags={"Environment": "lab"}),
        suppression(("packages", "repositories"), vulnerabilities=["CVE-2026-12345"]),
        on(cis_scans={"weekly": WEEKLY}),
        on(cis_scans={"daily": {**WEEKLY, "every": "day", "accounts": ["555555555555"]}}),
        on(function_code=True),
        on(repositories=True, code_scan={"github": ["our-organization"]}),
        on(package_paths=["/opt/app", "/srv/our apps"]),
        on(accepted_gaps=["UNSUPPORTED_OS"]),
        on(rescans={"after_push": "LIFETIME", "after_pull": "DAYS_14", "pull": "LAST_PULL_DATE"}),
        on(sbom={"enabled": False}, critical="all", instance_scans="EC2_SSM_AGENT_BASED"),
    ],
)
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (suppression(expires="2026-11-22"), "expires", "is over; remove the suppression"),
        (suppression(expires="2028-01-01"), "expires", "more than 366 days away"),
        (suppression(expires="soon"), "expires", ""),
        (suppression(reason="because"), "reason", ""),
        (
            suppression(("packages", "repositories"), severities=["LOW"]),
            "",
            "would hide every finding of an account or severity; name one of vulnerabilities",
        ),
        (
            suppression(("packages", "repositories"), accounts=["555555555555"]),
            "",
            "would hide every finding of an account or severity",
        ),
        (suppression(exploit_available=True), "exploit_available", "hides what attackers use"),
        (
            suppression(vulnerabilities=["x"]),
            "vulnerabilities[0]",
            "is not the ID of a vulnerability",
        ),
        (suppression(severities=["SEVERE"]), "severities[0]", "CRITICAL"),
    ],
)
def test_a_suppression_hides_little_for_a_time(
    found: Found, changes: dict[str, object], place: str, message: str
) -> None:
    (line,) = found(changes)
    where = f"{INSPECTOR}.suppressions.build-tools" + (f".{place}" if place else "")
    assert line.startswith(f"{where}: ")
    assert message in line


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (on(function_code=True, functions=False), "function_code", "set functions: true"),
        (on(instances=False, cis_scans={"weekly": WEEKLY}), "cis_scans", "set instances: true"),
        (on(instances=False, package_paths=["/opt"]), "package_paths", "set instances: true"),
        (on(code_scan={"github": ["our"]}), "code_scan.github", "set repositories: true"),
        (on(package_paths=["opt"]), "package_paths[0]", "is not the absolute path"),
        (on(cis_scans={"weekly": {"tags": {}}}), "cis_scans.weekly.tags", ""),
        (on(cis_scans={"weekly": {}}), "cis_scans.weekly", "tags"),
        (
            on(cis_scans={"weekly": {**WEEKLY, "time": "25:00"}}),
            "cis_scans.weekly.time",
            "is not a time of day",
        ),
        (on(rescans={"after_pull": "LIFETIME"}), "rescans.after_pull", "DAYS_180"),
        (on(sbom={"format": "PDF"}), "sbom.format", "SPDX_2_3"),
        (on(critical="some"), "critical", "exploitable"),
    ],
)
def test_what_cannot_work_is_one_line(
    found: Found, changes: dict[str, object], place: str, message: str
) -> None:
    (line,) = found(changes)
    assert line.startswith(f"{INSPECTOR}.{place}")
    assert message in line


@pytest.mark.parametrize(
    "more",
    [
        {"suppressions": {"build-tools": BUILD_TOOLS}},
        {"cis_scans": {"weekly": WEEKLY}},
        {"package_paths": ["/opt"]},
        {"accepted_gaps": ["UNSUPPORTED_OS"]},
    ],
)
def test_nobody_relies_on_inspector_while_it_is_off(found: Found, more: dict[str, object]) -> None:
    (line,) = found({INSPECTOR: more})
    assert line.startswith(f"{INSPECTOR}.{next(iter(more))}: Inspector is off")


def test_a_region_without_the_service_is_named(found: Found) -> None:
    lacking = next(
        name for name, row in table().items() if "AWS::InspectorV2::Filter" in row.missing
    )
    changes = {"regions": ["eu-west-1", lacking], **suppression()}
    assert [line for line in found(changes) if "AWS::InspectorV2::Filter" in line] == [
        (
            f"regions[1]: CloudFormation has no AWS::InspectorV2::Filter in {lacking!r}; leave the Region "
            "out, or remove capabilities.inspector.suppressions"
        )
    ]


def test_repositories_are_scanned_from_a_home_region_that_has_it(found: Found) -> None:
    changes = {"home_region": "eu-west-3", "regions": ["eu-west-3", "eu-west-1"]}
    lines = found({**changes, **on(repositories=True)})
    assert [line for line in lines if line.startswith(f"{INSPECTOR}.repositories")] == [
        (
            f"{INSPECTOR}.repositories: Inspector does not scan code repositories from eu-west-3 "
            "(CloudFormation has no AWS::InspectorV2::CodeSecurityIntegration, "
            "AWS::InspectorV2::CodeSecurityScanConfiguration); set it to false, or choose another home "
            "Region"
        )
    ]
    assert not [line for line in found({**changes, **on()}) if line.startswith(INSPECTOR)]
    assert code_regions(changes["regions"]) == ["eu-west-1"]
    assert len(code_regions(table())) == 10
    assert len(CODE_SECURITY) == 2


def shape(name: str) -> list[str]:
    model = Loader().load_service_model("inspector2", "service-2")
    return list(model["shapes"][name]["enum"])


def test_the_words_are_those_of_the_api() -> None:
    assert {*get_args(settings.Severity)} == {*shape("Severity")}
    assert {*get_args(settings.PushDays)} == {*shape("EcrRescanDuration")}
    assert {*get_args(settings.PullDays)} == {*shape("EcrPullDateRescanDuration")}
    assert {*get_args(settings.Day)} == {*shape("Day")}
    assert {*get_args(settings.RuleSet)} == {*shape("RuleSetCategory")}
    assert {*get_args(settings.CodeEvent)} == {*shape("ContinuousIntegrationScanEvent")}
    assert {*get_args(settings.UncoveredReason)} < {*shape("ScanStatusReason")}
