"""Exposures that the new Security Hub finds: who hears of them, and what the message says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from baseline.config import load
from baseline.detection import event_patterns
from baseline.detection.event_patterns import SEVERITIES
from baseline.detection.paging import PATHS
from stacks.security import SecurityStack
from stacks.wiring import Wiring
from tests.composed import Composed
from tests.unit.detection.formatter import finding_reading, index
from tests.unit.detection.matching import matches, value_at

ROOT = Path(__file__).parents[3]
FINDING: dict[str, Any] = {
    "activity_name": "Create",
    "cloud": {"account": {"uid": "555555555555"}, "region": "eu-central-1"},
    "finding_info": {
        "title": "Publicly invocable function has a vulnerability with a known exploit",
        "desc": "What an attacker could do.",
        "types": ["Exposure/Potential Impact/Resource Hijacking"],
        "uid": "arn:aws:securityhub:eu-central-1:555555555555:risk:0a1b",
        "related_events": [{"title": "Lambda functions should be in a VPC"}],
    },
    "metadata": {
        "product": {
            "name": "Security Hub Exposure Analysis",
            "uid": "arn:aws:securityhub:eu-central-1::productv2/aws/securityhub-risk",
        }
    },
    "resources": [
        {
            "uid": "arn:aws:lambda:eu-central-1:555555555555:function:shop",
            "type": "AWS::Lambda::Function",
            "tags": [{"name": "Owner", "value": "payments"}],
        }
    ],
    "severity": "Critical",
    "status": "New",
}


def event(**changes: Any) -> dict[str, Any]:
    return {
        "source": "aws.securityhub",
        "detail-type": "Findings Imported V2",
        "account": "333333333333",
        "region": "eu-west-1",
        "detail": {"findings": [{**copy.deepcopy(FINDING), **changes}]},
    }


def heard(found: dict[str, Any]) -> list[str]:
    return [
        severity.name
        for severity in SEVERITIES.values()
        if matches(event_patterns.exposure_findings(severity), found)
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["critical"]),
        ({"severity": "High"}, ["high"]),
        ({"severity": "Medium"}, ["medium"]),
        ({"severity": "Low"}, []),
        ({"status": "Suppressed"}, []),
        ({"activity_name": "Update"}, []),
        ({"metadata": {"product": {"uid": "arn:aws:securityhub:::productv2/aws/guardduty"}}}, []),
    ],
)
def test_a_new_exposure_is_heard_once_at_its_severity(
    changes: dict[str, Any], expected: list[str]
) -> None:
    assert heard(event(**changes)) == expected


def test_the_message_says_where_and_what_it_rests_on() -> None:
    found = finding_reading.read(event(), "critical")
    assert found.title == FINDING["finding_info"]["title"]
    assert (found.account, found.region) == ("555555555555", "eu-central-1")
    assert found.found_by == "Security Hub Exposure Analysis"
    assert found.facts["Rests on"] == "Lambda functions should be in a VPC"
    assert "function:shop (AWS::Lambda::Function)" in found.facts["Resource"]
    assert "easiest" in found.remedy


def test_a_pager_gets_its_own_fields() -> None:
    given = {name: value_at(path, event()) for name, path in PATHS["Exposure"].items()}
    assert given == {
        "account": "555555555555",
        "finding": FINDING["finding_info"]["uid"],
        "region": "eu-central-1",
        "title": FINDING["finding_info"]["title"],
    }


def test_its_owner_is_named_by_the_tag_of_the_resource() -> None:
    assert index.owners(event(), "Owner") == {"payments"}
    assert index.owners(event(), "Team") == frozenset()


def _security(wiring: Wiring) -> SecurityStack:
    return SecurityStack(
        wiring.app,
        "security",
        configuration=wiring.configuration,
        names=wiring.names,
        env=wiring.env(wiring.names.security),
    )


def test_people_are_told_where_the_new_security_hub_is_on() -> None:
    for name, number in (("examples/configurations/security-hub.yaml", 2), ("baseline.yaml", 0)):
        made = Composed(load(ROOT / name), _security)
        resources = made.template("security")["Resources"].values()
        rules = [
            each["Properties"]
            for each in resources
            if each["Type"] == "AWS::Events::Rule"
            and each["Properties"]["EventPattern"].get("detail-type") == ["Findings Imported V2"]
        ]
        assert len(rules) == number
        # Security Hub tells of it on the default bus.
        assert not [rule for rule in rules if "EventBusName" in rule]
