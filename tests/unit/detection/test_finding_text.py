"""What people read: every recorded event, whether anybody is told of it today or not."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.unit.detection.formatter import (
    finding_accounts,
    finding_reading,
    finding_remedies,
    finding_text,
)
from tests.unit.detection.recorded import RECORDED, Recorded

ACCOUNT = finding_accounts.Account(
    id="555555555555", name="payments-production", unit="Workloads/Production"
)
BY_NAME = {one.name: one.event for one in RECORDED}


def finding_of(name: str, severity: str = "critical") -> Any:
    return finding_reading.read(BY_NAME[name], severity)


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_every_event_becomes_an_email_that_says_where_what_and_what_to_do(one: Recorded) -> None:
    finding = finding_reading.read(one.event, one.told or "high")
    text = finding_text.email(finding, ACCOUNT)
    lines = text.splitlines()
    assert lines[0].startswith(f"{(one.told or 'high').upper()}: ")
    assert len(lines[0]) > len("CRITICAL: ")
    assert f"payments-production ({finding.account}, Workloads/Production)" in text
    assert f" {finding.region}\n" in text
    assert finding.account.isdigit()
    assert "None" not in finding_text.chat(finding, ACCOUNT)
    (todo,) = [line for line in lines if line.startswith("What to do: ")]
    assert todo.endswith((".", ")"))
    (link,) = [line for line in lines if line.startswith("Open: ")]
    assert link.startswith(f"Open: https://{link.split('region=')[1].split('#')[0]}.console.aws")
    assert finding.id
    assert "None" not in text
    assert len(text.encode()) <= finding_text.MESSAGE_BYTES


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_every_subject_fits_amazon_sns(one: Recorded) -> None:
    words = finding_text.subject(finding_reading.read(one.event, "critical"), ACCOUNT)
    assert words.startswith("CRITICAL payments-production: ")
    assert words.isascii()
    assert words.isprintable()
    assert len(words) <= 100


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_every_event_becomes_a_notification_that_a_channel_shows(one: Recorded) -> None:
    shown = json.loads(finding_text.chat(finding_reading.read(one.event, "high"), ACCOUNT))
    assert (shown["version"], shown["source"]) == ("1.0", "custom")
    content = shown["content"]
    assert content["textType"] == "client-markdown"
    assert content["title"].startswith("HIGH payments-production: ")
    assert content["description"]
    assert len(content["nextSteps"]) >= 2
    assert len(content["title"]) <= 250
    assert len(content["description"]) <= 2_500


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("security_hub: control, critical", "the guide has the steps"),
        ("security_hub: Inspector, critical", "Update the package"),
        ("security_hub: Macie, high", "whether this data belongs there"),
        ("security_hub: AWS Config, high", "in line with the rule"),
        ("security_hub: IAM Access Analyzer, high", "outsiders"),
        ("security_hub: Health, high", "answer AWS"),
        ("security_hub: Firewall Manager, high", "Apply the policy"),
        ("security_hub: Patch Manager, high", "missing patches"),
        ("security_hub: another product, high", "whether this was intended"),
        ("guardduty: attack sequence, critical", "belong to one attack"),
        ("guardduty: instance, high", "how the miner came in"),
        ("guardduty: access key, medium", "Disable the access key"),
        ("guardduty: bucket, high", "bucket's owner"),
        ("guardduty: cluster, high", "find the process"),
        ("root: sign-in", "Ask whoever did this"),
        ("root: root session that changes", "which task"),
        ("root: root e-mail address changes", "reset its root password"),
        ("tampering: trail stopped", "Switch the trail on again"),
        ("tampering: detector deleted", "Switch the detection on again"),
        ("tampering: recorder stopped", "Start the recorder again"),
        ("tampering: Security Hub disabled", "Undo the change in Security Hub"),
        ("keys: deletion scheduled in a workload", "Cancel the deletion"),
        ("keys: disabled in the log archive, refused", "Enable the key"),
        ("config: root without MFA", "in line with the rule"),
        ("control_tower: drift", "repair it in Control Tower"),
        ("cloudformation: StackSet instance failed", "deploy again"),
        ("other_services: Trusted Advisor", "Follow the recommendation"),
        ("other_services: Health", "answer AWS"),
        ("other_services: Inspector", "Update the package"),
        ("other_services: Macie", "whether this data belongs there"),
        ("other_services: Access Analyzer", "outsiders"),
        ("other_services: Backup", "run it again"),
    ],
)
def test_what_to_do_follows_from_the_kind(name: str, words: str) -> None:
    assert words in finding_of(name).remedy


def test_no_remedy_is_empty_or_said_of_two_keys() -> None:
    tables = ("THREATS", "THREATENED", "PRODUCTS", "CALLS", "SOURCES")
    for table in tables:
        rows = getattr(finding_remedies, table)
        assert len({key for key, _ in rows}) == len(rows)
        assert all(sentence.endswith(".") for _, sentence in rows)


def test_a_finding_in_security_hub_has_resource_guide_and_end() -> None:
    text = finding_text.email(finding_of("security_hub: control, critical"), ACCOUNT)
    assert "Resource: arn:aws:s3:::shop-uploads (AwsS3Bucket)" in text
    assert "Guide: https://docs.aws.amazon.com/console/securityhub/S3.8/remediation" in text
    assert "Found by: Security Hub S3.8" in text
    # The finding is of eu-central-1; findings of all Regions are together at home.
    assert "Region:   eu-central-1" in text
    assert "https://eu-west-1.console.aws.amazon.com/securityhub/" in text
    assert "To end these messages: Set its workflow status" in text


def test_a_threat_has_its_type_its_severity_and_its_resource() -> None:
    text = finding_text.email(finding_of("guardduty: instance, high", "high"), ACCOUNT)
    assert "GuardDuty CryptoCurrency:EC2/BitcoinTool.B!DNS, severity 8" in text
    assert "Instance i-0abc1234def567890" in text
    assert "3 times, last 2026-11-01T10:00:00.000Z" in text


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("root: refused root session", "refused: AccessDenied"),
        ("root: failed sign-in", "failed"),
        ("root: sign-in", "the call succeeded"),
    ],
)
def test_a_refused_call_is_told_as_refused(name: str, result: str) -> None:
    assert finding_of(name).facts["Result"] == result


def test_an_account_without_a_name_is_told_by_its_id() -> None:
    nobody = finding_accounts.Account(id="555555555555")
    finding = finding_of("guardduty: instance, high")
    assert "Account:  555555555555\n" in finding_text.email(finding, nobody)
    assert finding_text.subject(finding, nobody).startswith("CRITICAL 555555555555: ")


def test_text_of_others_is_shortened_and_breaks_nothing() -> None:
    event = deepcopy(BY_NAME["security_hub: control of an unexpected title, critical"])
    event["detail"]["findings"][0]["Description"] = "ü" * 300_000
    event["detail"]["findings"][0]["Id"] = "x" * 500_000
    finding = finding_reading.read(event, "critical")
    assert len(finding_text.email(finding, ACCOUNT).encode()) <= finding_text.MESSAGE_BYTES + 3
    assert "\n" not in finding_text.subject(finding, ACCOUNT)
    assert len(finding_text.chat(finding, ACCOUNT)) < 100_000 + len(finding.link)


SAMPLES = [one.name for one in RECORDED if "sample" in one.name.lower()]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_known_as_such(name: str) -> None:
    assert finding_reading.is_sample(BY_NAME[name])


def test_nothing_else_is_taken_for_a_sample() -> None:
    assert len(SAMPLES) == 7
    for one in RECORDED:
        assert finding_reading.is_sample(one.event) == (one.name in SAMPLES)


def test_a_sample_that_only_its_value_calls_so() -> None:
    event = deepcopy(BY_NAME["guardduty: sample, high"])
    del event["detail"]["service"]["additionalInfo"]["sample"]
    assert finding_reading.is_sample(event)
