"""Pairs: narrow suppressions with an end and sound lists pass; what hides too much is one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from baseline.config.checks import guardduty
from baseline.config.guardduty import known_criteria

Found = Callable[[dict[str, object]], list[str]]
TUNING = "capabilities.guardduty.tuning"
SCANNER = {
    "reason": "The vulnerability scanner probes ports on purpose",
    "expires": "2027-05-01",
    "criteria": {
        "type": {"equals": ["Recon:EC2/Portscan"]},
        "resource.instanceDetails.tags.value": {"equals": ["scanner"]},
    },
}


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed day, so that these suppressions do not expire with time."""
    monkeypatch.setattr(guardduty, "today", lambda: date(2026, 11, 22))


def suppression(**changes: Any) -> dict[str, object]:
    return {f"{TUNING}.suppressions": {"scanner": {**SCANNER, **changes}}}


def criteria(**changes: Any) -> dict[str, object]:
    return suppression(criteria={**SCANNER["criteria"], **changes})  # type: ignore[dict-item]


def listed(tmp_path: Path, *lines: str, key: str = "trusted_list") -> dict[str, object]:
    file = tmp_path / f"{key}.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    value = str(file) if key == "trusted_list" else {"feed": str(file)}
    return {f"{TUNING}.{key}": value}


@pytest.mark.parametrize(
    "changes",
    [
        {TUNING: {}},
        suppression(),
        suppression(expires=date(2027, 11, 1)),
        criteria(severity={"less_than": 4}),
        {f"{TUNING}.export": "home"},
    ],
)
def test_it_is_accepted(found: Found, changes: dict[str, object]) -> None:
    assert found(changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            suppression(expires="2026-11-22"),
            ".suppressions.scanner.expires: 2026-11-22 is over; remove the suppression, or give it a new day if its reason still holds",
        ),
        (
            suppression(expires="2028-01-01"),
            ".suppressions.scanner.expires: 2028-01-01 is more than 366 days away; choose a day within a year, to look at it again",
        ),
        (suppression(expires="soon"), ".suppressions.scanner.expires: "),
        (suppression(reason="noise"), ".suppressions.scanner.reason: "),
        (
            criteria(**{"resource.instanceDetail.tags.value": {"equals": ["x"]}}),
            ".suppressions.scanner.criteria.resource.instanceDetail.tags.value: no field of a finding; did you mean 'resource.instanceDetails.tags.value'?",
        ),
        (
            suppression(criteria={"severity": {"less_than": 7}}),
            ".suppressions.scanner.criteria: names no type; write type: {equals: [...]} with what is harmless",
        ),
        (
            suppression(criteria={"type": {"equals": ["Recon:EC2/Portscan"]}}),
            ".suppressions.scanner.criteria: would hide every finding of the type; name what makes these harmless, such as resource.instanceDetails.tags.value",
        ),
        (
            criteria(type={"equals": ["AttackSequence:IAM/CompromisedCredentials"]}),
            ".suppressions.scanner.criteria.type: 'AttackSequence:IAM/CompromisedCredentials' is an attack in progress; none is suppressed",
        ),
        (
            criteria(accountId={}),
            ".suppressions.scanner.criteria.accountId: says nothing; use one of equals, not_equals",
        ),
        (
            criteria(accountId={"matches": ["*"]}),
            ".suppressions.scanner.criteria.accountId.matches[0]: '*' matches everything; write what is meant",
        ),
        (
            {**suppression(), "capabilities.guardduty.enabled": False},
            ".suppressions: GuardDuty is off; set capabilities.guardduty.enabled: true, or remove this",
        ),
        (
            {f"{TUNING}.threat_lists": {f"feed-{number}": "x" for number in range(7)}},
            ".threat_lists",
        ),
        (
            {f"{TUNING}.trusted_list": "not/there.txt"},
            ".trusted_list: not/there.txt cannot be read: No such file or directory",
        ),
    ],
)
def test_it_is_one_line(found: Found, changes: dict[str, object], finding: str) -> None:
    lines = found(changes)
    assert [line for line in lines if line.startswith(f"{TUNING}{finding}")], lines
    assert len(lines) == 1 or finding == ".threat_lists"


def test_public_addresses_and_domains_are_trusted(found: Found, tmp_path: Path) -> None:
    assert found(listed(tmp_path, "8.8.8.8", "93.184.0.0/16", "example.org", "*.example.net")) == []


def test_ranges_domains_and_hashes_are_known_as_malicious(found: Found, tmp_path: Path) -> None:
    assert found(listed(tmp_path, "8.0.0.0/8", "bad.example", "a" * 64, key="threat_lists")) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("10.1.0.0/16", "is not public; the lists apply to public addresses only"),
        ("192.168.1.1", "is not public; the lists apply to public addresses only"),
        ("169.254.169.254", "is not public; the lists apply to public addresses only"),
        ("0.0.0.0/0", "is larger than /16; name the ranges that are meant"),
        ("8.0.0.0/8", "is larger than /16; name the ranges that are meant"),
        ("8.8.8.300", "is no IPv4 address or range; a range starts at its first address"),
        ("8.8.8.8/24", "is no IPv4 address or range; a range starts at its first address"),
        ("2001:db8::1", "is an IPv6 address; GuardDuty's lists take IPv4 only"),
        ("a" * 64, "is a hash; trusted lists have none"),
        (
            "# the office",
            "is no IPv4 address, range, domain or SHA-256 hash; comments are not known",
        ),
        ("*.org", "is no IPv4 address, range, domain or SHA-256 hash; comments are not known"),
    ],
)
def test_a_bad_entry_is_one_line(found: Found, tmp_path: Path, line: str, problem: str) -> None:
    (finding,) = found(listed(tmp_path, "8.8.4.4", line))
    assert finding.startswith(f"{TUNING}.trusted_list: ")
    assert "trusted_list.txt, entry 2: " in finding
    assert finding.endswith(problem)


def test_the_whole_internet_is_not_malicious(found: Found, tmp_path: Path) -> None:
    (finding,) = found(listed(tmp_path, "0.0.0.0/0", key="threat_lists"))
    assert finding.endswith("is larger than /8; name the ranges that are meant")


def test_an_entry_twice_and_too_many_entries(found: Found, tmp_path: Path) -> None:
    (finding,) = found(listed(tmp_path, "8.8.8.8", "8.8.8.8"))
    assert finding.endswith("entry 2: '8.8.8.8' stands there twice")
    many = [f"8.8.{number // 250}.{number % 250 + 1}" for number in range(1001)]
    (finding,) = found(listed(tmp_path, *many))
    assert finding.endswith("has 1001 entries; GuardDuty takes 1 to 1000 a list")
    (finding,) = found(listed(tmp_path))
    assert finding.endswith("has 0 entries; GuardDuty takes 1 to 1000 a list")


def test_nothing_is_trusted_and_malicious(found: Found, tmp_path: Path) -> None:
    trusted = listed(tmp_path, "8.8.8.8")
    threat = listed(tmp_path, "8.8.8.8", key="threat_lists")
    assert found({**trusted, **threat}) == [
        f"{TUNING}.threat_lists.feed: 8.8.8.8 stands in the trusted list too, which takes precedence; remove it from one"
    ]


def test_a_bucket_in_an_opt_in_region_takes_no_findings_of_others(found: Found) -> None:
    milan: dict[str, object] = {
        "home_region": "eu-south-1",
        "regions": ["eu-south-1", "eu-west-1"],
        "capabilities.security_hub": {"enabled": False},
    }
    wanted = f"{TUNING}.export: GuardDuty exports from eu-west-1 to no bucket in eu-south-1, which has to be enabled; set export: home"
    assert wanted in found(milan)
    assert wanted not in found({**milan, f"{TUNING}.export": "home"})


def test_the_fields_are_those_of_the_installed_botocore() -> None:
    # The API's page lists them; so does its model.
    shapes = Loader().load_service_model("guardduty", "service-2")["shapes"]
    page = shapes["CreateFilterRequest"]["members"]["FindingCriteria"].get("documentation", "")
    assert [name for name in known_criteria() if f">{name}<" not in page] == []
