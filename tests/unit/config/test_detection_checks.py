"""Pairs about what is accepted, analyzed and offered: the example passes, each mistake is one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from baseline.config import load
from baseline.config.checks import detection

Found = Callable[[dict[str, object]], list[str]]
ANALYZER = "capabilities.access_analyzer"
MACIE = "capabilities.macie"
IDENTIFIERS = {"staff": {"regex": "EMP-[0-9]{6}", "description": "number of an employee"}}
DECIDED = {"reason": "somebody looked at it", "until": "2099-12-31"}
SIEM = {**DECIDED, "principals": ["777777777777"]}

REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "an acceptance that is over",
        {f"{ANALYZER}.accepted.siem": {**SIEM, "until": "2020-01-31"}},
        f"{ANALYZER}.accepted.siem.until: '2020-01-31' is over; look at the findings again",
    ),
    (
        "a day that does not exist",
        {f"{ANALYZER}.accepted.siem": {**SIEM, "until": "2027-02-30"}},
        f"{ANALYZER}.accepted.siem.until: '2027-02-30' is not a day of the calendar",
    ),
    (
        "no day at all",
        {f"{ANALYZER}.accepted.siem": {**SIEM, "until": "next year"}},
        f"{ANALYZER}.accepted.siem.until: 'next year' is not a day, such as '2027-06-30'",
    ),
    (
        "an acceptance without a reason",
        {f"{ANALYZER}.accepted.siem": {key: SIEM[key] for key in ("until", "principals")}},
        f"{ANALYZER}.accepted.siem.reason: is missing",
    ),
    (
        "everything public accepted",
        {f"{ANALYZER}.accepted.all": {**DECIDED, "public": True}},
        f"{ANALYZER}.accepted.all.public: accepts access for everybody and names no resource",
    ),
    (
        "everybody outside accepted",
        {f"{ANALYZER}.accepted.all": DECIDED},
        f"{ANALYZER}.accepted.all: names neither principals nor federated",
    ),
    (
        "every unused access accepted",
        {f"{ANALYZER}.unused_access.accepted.all": DECIDED},
        f"{ANALYZER}.unused_access.accepted.all: names neither resources nor accounts",
    ),
    (
        "a principal with a wildcard",
        {f"{ANALYZER}.accepted.siem": {**DECIDED, "principals": ["*"]}},
        f"{ANALYZER}.accepted.siem.principals[0]: '*' is neither an account ID nor the ARN",
    ),
    (
        "more acceptances than an analyzer takes",
        {f"{ANALYZER}.accepted": {f"siem-{number}": SIEM for number in range(101)}},
        f"{ANALYZER}.accepted: has too many entries; at most 100",
    ),
    (
        "the owner of the analyzer excluded",
        {f"{ANALYZER}.unused_access.excluded_accounts": ["333333333333"]},
        f"{ANALYZER}.unused_access.excluded_accounts[0]: '333333333333' is the security account",
    ),
    (
        "an age that AWS does not take",
        {f"{ANALYZER}.unused_access.days": 400},
        f"{ANALYZER}.unused_access.days: ",
    ),
    (
        "internal access of nothing",
        {f"{ANALYZER}.internal_access": {"enabled": True}},
        f"{ANALYZER}.internal_access: is on and names no critical resource",
    ),
    (
        "internal access of every bucket",
        {f"{ANALYZER}.internal_access": {"enabled": True, "resource_types": ["AWS::S3::Bucket"]}},
        f"{ANALYZER}.internal_access.resource_types: would monitor, and bill, every such resource",
    ),
    (
        "accepted data everywhere",
        {f"{MACIE}.accepted.all": DECIDED},
        f"{MACIE}.accepted.all: names neither buckets nor accounts",
    ),
    (
        "an expression that is none",
        {f"{MACIE}.custom_identifiers.number": {"description": "Number", "regex": "EMP-[0-9"}},
        f"{MACIE}.custom_identifiers.number.regex: 'EMP-[0-9' is not a regular expression",
    ),
    (
        "a schedule that is none",
        {"capabilities.trusted_advisor.schedule": "daily"},
        "capabilities.trusted_advisor.schedule: 'daily' is not a schedule",
    ),
]


@pytest.mark.parametrize(
    ("changes", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_mistake_is_one_line(found: Found, changes: dict[str, object], message: str) -> None:
    findings = found(changes)
    assert len(findings) == 1, findings
    assert findings[0].startswith(message)


@pytest.mark.parametrize(
    ("region", "changes", "message"),
    [
        ("mx-central-1", {f"{MACIE}.enabled": True}, "regions[1]: macie is not available in"),
        (
            "mx-central-1",
            {f"{MACIE}.enabled": True, f"{MACIE}.custom_identifiers": IDENTIFIERS},
            "regions[1]: macie is not available in",
        ),
        (
            "mx-central-1",
            {"capabilities.detective.enabled": True},
            "regions[1]: detective is not available in 'mx-central-1' (CloudFormation has no AWS",
        ),
        ("mx-central-1", {}, ""),
    ],
)
def test_a_service_has_to_be_offered_in_every_governed_region(
    found: Found, region: str, changes: dict[str, object], message: str
) -> None:
    findings = found({"regions": ["eu-west-1", region], **changes})
    assert [each for each in findings if "not available" in each] == findings
    assert len(findings) == bool(message)
    assert all(each.startswith(message) for each in findings)


def test_data_of_macie_has_to_be_offered_where_macie_is(found: Found) -> None:
    macie = {f"{MACIE}.enabled": True, f"{MACIE}.custom_identifiers": IDENTIFIERS}
    (finding,) = found({"regions": ["eu-west-1", "eu-south-1"], **macie})
    assert finding.startswith("regions[1]: CloudFormation has no AWS::Macie::CustomDataIdentifier")


def test_an_acceptance_holds_on_its_last_day_and_not_on_the_next(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {f"{ANALYZER}.accepted.siem": {**SIEM, "until": "2027-06-30"}}
    monkeypatch.setattr(detection, "_today", lambda: date(2027, 6, 30))
    assert found(dict(change)) == []
    monkeypatch.setattr(detection, "_today", lambda: date(2027, 7, 1))
    assert len(found(dict(change))) == 1


def test_today_is_today() -> None:
    assert detection._today() in {datetime.now(UTC).date(), date.today()}  # noqa: DTZ011


def test_the_example_of_everything_is_right_and_costs_nothing_by_default() -> None:
    example = load(Path("examples/configurations/detection.yaml")).capabilities
    assert example.macie.enabled
    assert example.detective.enabled
    default = load(Path("baseline.yaml")).capabilities
    assert default.access_analyzer.enabled
    assert default.access_analyzer.unused_access.enabled
    assert default.trusted_advisor.enabled
    assert not default.access_analyzer.internal_access.enabled
    assert not default.macie.enabled
    assert not default.detective.enabled
