"""Events cross accounts and Regions when the bus admits them, and keep where they happened."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

LOGS, SECURITY, STRANGER = "222222222222", "333333333333", "777777777777"
HOME, OTHER = "eu-west-1", "eu-central-1"
FINDING = {"source": "aws.guardduty", "detail_type": "GuardDuty Finding", "detail": {"severity": 8}}


@pytest.fixture(scope="module")
def received(local: Any) -> dict[str, str]:
    references: dict[str, str] = local.deploy_file("receiver", SECURITY)
    target = {
        "Id": "bus",
        "Arn": f"arn:aws:events:{HOME}:{SECURITY}:event-bus/findings",
        "RoleArn": f"arn:aws:iam::{LOGS}:role/forward",
    }
    rule = {"EventPattern": {"source": ["aws.guardduty"]}, "Targets": [target]}
    for account in (LOGS, STRANGER):
        resources = {"Rule": {"Type": "AWS::Events::Rule", "Properties": rule}}
        local.succeed("sender", resources, account, OTHER)
    return references


def messages(local: Any, queue: str, seconds: int) -> list[dict[str, Any]]:
    client = local.client("sqs", SECURITY)
    answer = client.receive_message(QueueUrl=queue, WaitTimeSeconds=seconds)
    return [json.loads(json.loads(one["Body"])["Message"]) for one in answer.get("Messages", [])]


def test_finding_of_a_member_reaches_the_topic_at_home(
    local: Any, received: dict[str, str]
) -> None:
    local.post("events", {**FINDING, "account": LOGS, "region": OTHER})
    (event,) = messages(local, received["Queue"], 5)
    assert (event["account"], event["region"], event["detail"]["severity"]) == (LOGS, OTHER, 8)
    topic = local.client("sns", SECURITY).get_topic_attributes(TopicArn=received["Topic"])
    assert topic["Attributes"]["KmsMasterKeyId"] == "alias/aws/sns"


def test_an_account_outside_the_organization_is_not_admitted(
    local: Any, received: dict[str, str]
) -> None:
    local.post("events", {**FINDING, "account": STRANGER, "region": OTHER})
    assert messages(local, received["Queue"], 1) == []


def test_clients_cannot_speak_for_a_service(local: Any) -> None:
    entry = {"Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": "{}"}
    answer = local.client("events", LOGS).put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 1
    assert "no AWS service" in local.post("events", {**FINDING, "source": "mine"})["error"]


def test_a_bus_policy_needs_a_bus(local: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        local.client("events", LOGS).put_permission(EventBusName="made-up", Policy="{}")
