"""Suppressions archive, lists are active and of a known owner, for the detector of a Region."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.guardduty import Suppression
from baseline.detection.entity_files import EntityFiles
from baseline.detection.guardduty_tuning import EntityLists, FindingSuppressions
from baseline.errors import BaselineError
from tests.support import CONTEXT

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
SCANNER = Suppression.model_validate(
    {
        "reason": "The vulnerability scanner probes ports on purpose",
        "expires": "2027-05-01",
        "criteria": {
            "type": {"equals": ["Recon:EC2/Portscan"]},
            "severity": {"less_than": 7},
            "resource.instanceDetails.tags.value": {"matches": ["scanner-*"]},
        },
    }
)


def suppress(stack: cdk.Stack, suppressions: dict[str, Suppression]) -> FindingSuppressions:
    return FindingSuppressions(
        stack, "Suppressions", detector_id="abc", prefix="secbase", suppressions=suppressions
    )


def test_a_known_finding_is_archived_with_its_reason_and_end(
    stack: cdk.Stack, of_type: OfType
) -> None:
    suppress(stack, {"scanner": SCANNER})
    (found,) = of_type(stack, "AWS::GuardDuty::Filter")
    assert found["Properties"] == {
        "Action": "ARCHIVE",
        "Description": "The vulnerability scanner probes ports on purpose (until 2027-05-01)",
        "DetectorId": "abc",
        "FindingCriteria": {
            "Criterion": {
                "type": {"Equals": ["Recon:EC2/Portscan"]},
                "severity": {"LessThan": 7},
                "resource.instanceDetails.tags.value": {"Matches": ["scanner-*"]},
            }
        },
        "Name": "secbase-scanner",
        "Rank": 1,
    }


@pytest.mark.parametrize("number", [0, 101])
def test_none_and_too_many_are_refused(stack: cdk.Stack, number: int) -> None:
    with pytest.raises(BaselineError, match=f"has {number} entries; GuardDuty takes 1 to 100"):
        suppress(stack, {f"s-{each}": SCANNER for each in range(number)})


def test_lists_are_active_and_their_bucket_has_a_known_owner(
    stack: cdk.Stack, of_type: OfType
) -> None:
    EntityLists(
        stack,
        "Lists",
        detector_id="abc",
        prefix="secbase",
        owner="333333333333",
        trusted="https://s3.eu-west-1.amazonaws.com/bucket/trusted.txt",
        threats={"mining-pools": "https://s3.eu-west-1.amazonaws.com/bucket/pools.txt"},
    )
    (trusted,) = of_type(stack, "AWS::GuardDuty::TrustedEntitySet")
    assert trusted["Properties"] == {
        "Activate": True,
        "DetectorId": "abc",
        "ExpectedBucketOwner": "333333333333",
        "Format": "TXT",
        "Location": "https://s3.eu-west-1.amazonaws.com/bucket/trusted.txt",
        "Name": "secbase-trusted",
    }
    (threat,) = of_type(stack, "AWS::GuardDuty::ThreatEntitySet")
    assert threat["Properties"]["Name"] == "secbase-mining-pools"
    assert threat["Properties"]["Activate"] is True


@pytest.mark.parametrize("number", [0, 7])
def test_no_list_and_a_seventh_threat_list_are_refused(stack: cdk.Stack, number: int) -> None:
    with pytest.raises(BaselineError, match=f"there are {number} threat lists; GuardDuty takes 6"):
        EntityLists(
            stack,
            "Lists",
            detector_id="abc",
            prefix="secbase",
            owner="333333333333",
            threats={f"feed-{each}": "https://x" for each in range(number)},
        )


def test_a_changed_file_has_another_address(tmp_path: Path) -> None:
    file = tmp_path / "trusted.txt"
    found = []
    for text in ("8.8.8.8\n", "8.8.4.4\n"):
        file.write_text(text, encoding="utf-8")
        environment = cdk.Environment(account="333333333333", region="eu-west-1")
        # The CDK remembers the files of an app.
        stack = cdk.Stack(cdk.App(context=CONTEXT), "Stack", env=environment)
        found.append(EntityFiles(stack, "Files", trusted=str(file)).trusted)
    assert found[0] != found[1]
    for address in found:
        assert str(address).startswith(
            "https://s3.eu-west-1.amazonaws.com/cdk-secbase-assets-333333333333-eu-west-1/"
        )


def test_a_file_that_hides_too_much_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    file = tmp_path / "trusted.txt"
    file.write_text("0.0.0.0/0\n", encoding="utf-8")
    with pytest.raises(BaselineError, match=r"entry 1: '0.0.0.0/0' is larger than /16"):
        EntityFiles(stack, "Files", trusted=str(file))
