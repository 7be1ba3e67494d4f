"""The formatter against moto's Organizations, SNS and SQS; Security Hub is a stub that listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.unit.detection.formatter import (
    finding_accounts,
    finding_reading,
    finding_routes,
    finding_text,
    index,
)
from tests.unit.detection.recorded import RECORDED, Recorded

BY_NAME = {one.name: one.event for one in RECORDED}
TOPICS = "arn:aws:sns:eu-west-1:123456789012:secbase-findings-"
TOLD = [one for one in RECORDED if one.told]


class SecurityHub:
    """Stands for Security Hub, which moto has only in parts."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.error: Exception | None = None

    def batch_update_findings(self, **given: Any) -> dict[str, Any]:
        if self.error:
            raise self.error
        self.updates.append(given)
        return {"ProcessedFindings": given["FindingIdentifiers"], "UnprocessedFindings": []}


class World:
    """An organization with one account in a unit, topics, and a queue for each topic."""

    def __init__(self) -> None:
        self.sns = boto3.client("sns")
        self.sqs = boto3.client("sqs")
        self.organizations = boto3.client("organizations", region_name="us-east-1")
        self.organizations.create_organization(FeatureSet="ALL")
        root = self.organizations.list_roots()["Roots"][0]["Id"]
        unit = self._unit(root, "Workloads")
        self.account = self.organizations.create_account(
            AccountName="payments-production",
            Email="aws@example.com",
            Tags=[{"Key": "Team", "Value": "payments"}],
        )["CreateAccountStatus"]["AccountId"]
        self.organizations.move_account(
            AccountId=self.account,
            SourceParentId=root,
            DestinationParentId=self._unit(unit, "Production"),
        )
        self.hub = SecurityHub()
        self.queues = {
            name: self._topic(name)
            for name in ("critical", "high", "medium", "team-payments", "chat-security", "chat-pay")
        }

    def _unit(self, parent: str, name: str) -> str:
        answer = self.organizations.create_organizational_unit(ParentId=parent, Name=name)
        return str(answer["OrganizationalUnit"]["Id"])

    def _topic(self, name: str) -> str:
        arn = self.sns.create_topic(Name=f"secbase-findings-{name}")["TopicArn"]
        url = str(self.sqs.create_queue(QueueName=name)["QueueUrl"])
        self.sns.subscribe(
            TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-west-1:123456789012:{name}"
        )
        return url

    def about(self, event: dict[str, Any]) -> dict[str, Any]:
        """Give the event as one of the organization's account."""
        return json.loads(json.dumps(event).replace("555555555555", self.account))  # type: ignore[no-any-return]

    def received(self, name: str) -> list[dict[str, Any]]:
        url = self.queues[name]
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def everything(self) -> set[str]:
        return {name for name in self.queues if self.received(name)}


@pytest.fixture(scope="module")
def organization() -> Iterator[World]:
    """Made once: the tests only add messages, which the next one does not see."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        found = World()
        real = boto3.client
        patch.setattr(
            boto3,
            "client",
            lambda name, **given: found.hub if name == "securityhub" else real(name, **given),
        )
        yield found


@pytest.fixture
def world(organization: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(finding_accounts, "_known", {})
    monkeypatch.setattr(index, "_told", {})
    settings(monkeypatch)
    organization.hub.updates.clear()
    organization.hub.error = None
    organization.everything()
    return organization


def settings(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    environment = {
        "CHANNELS": "{}",
        "ROUTES": "{}",
        "SECURITY_HUB_STATUS": "notified",
        "OWNER_TAG": "",
        "TEAM_TAG": "",
        "TOLD_FIELD": "SecurityBaselineTold",
        "TOPICS": TOPICS,
    }
    for name, value in (environment | changes).items():
        monkeypatch.setenv(name, value)


def tell(event: dict[str, Any], severity: str = "critical") -> list[str]:
    told: list[str] = index.handler({"severity": severity, "event": event}, None)["told"]
    return told


@pytest.mark.parametrize("one", TOLD, ids=lambda one: one.name)
def test_every_service_and_severity_arrives(world: World, one: Recorded) -> None:
    assert one.told
    assert tell(world.about(one.event), one.told) == [one.told]
    (message,) = world.received(one.told)
    assert message["Subject"].startswith(one.told.upper())
    assert message["Message"].startswith(f"{one.told.upper()}: ")
    assert "What to do: " in message["Message"]
    about = finding_reading.read(world.about(one.event), one.told).account
    if about == world.account:
        assert f"payments-production ({world.account}, Workloads/Production)" in message["Message"]


@pytest.mark.parametrize("name", [one.name for one in RECORDED if "sample" in one.name.lower()])
def test_samples_are_told_to_nobody(world: World, name: str) -> None:
    assert tell(world.about(BY_NAME[name])) == []
    assert world.everything() == set()


def test_an_event_that_cannot_be_read_arrives_as_it_came(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise KeyError("a bug")

    kind = "GuardDuty Finding"
    monkeypatch.setitem(finding_reading.READERS, kind, fails)
    event = world.about(BY_NAME["guardduty: attack sequence, critical"])
    assert tell(event) == ["critical"]
    (message,) = world.received("critical")
    assert "16afba5c5c43e07c9e3e5e2e544e95df" in message["Message"]
    assert "AttackSequence:S3/CompromisedData" in message["Message"]


def test_words_that_cannot_be_written_arrive_as_the_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(index, "email", fails)
    monkeypatch.setattr(index, "chat", fails)
    settings(monkeypatch, CHANNELS='{"security": ["critical"]}')
    assert tell(BY_NAME["guardduty: attack sequence, critical"]) == ["critical", "chat-security"]
    (message,) = world.received("critical")
    assert message["Subject"] == "CRITICAL finding"
    assert json.loads(message["Message"])["detail"]["severity"] == 9
    (shown,) = world.received("chat-security")
    assert json.loads(shown["Message"])["source"] == "custom"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail-type": "GuardDuty Finding"},
        {"detail-type": "GuardDuty Finding", "detail": None},
        {"detail-type": "Security Hub Findings - Imported", "detail": {"findings": []}},
        {"detail-type": "Security Hub Findings - Imported", "detail": {"findings": ["x"]}},
        {"detail-type": "AWS API Call via CloudTrail", "detail": []},
        {
            "detail-type": "something new",
            "source": "aws.new",
            "detail": {"a": [1]},
            "resources": None,
        },
    ],
)
def test_events_of_any_shape_arrive(world: World, event: dict[str, Any]) -> None:
    assert tell(event) == ["critical"]
    assert len(world.received("critical")) == 1


def test_an_account_that_cannot_be_looked_up_stops_nothing(world: World) -> None:
    assert tell(BY_NAME["guardduty: instance, high"], "high") == ["high"]
    (message,) = world.received("high")
    assert "Account:  555555555555\n" in message["Message"]
    # What failed is asked again.
    assert finding_accounts._known == {}


def test_an_account_is_looked_up_once_in_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = finding_accounts.look_up(world.account)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: pytest.fail("asked again"))
    assert finding_accounts.look_up(world.account) is first
    assert first.unit == "Workloads/Production"


def test_a_team_and_a_channel_hear_of_their_own_accounts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    route = {"units": ["Workloads"], "accounts": [], "severities": ["high"], "channels": ["pay"]}
    settings(
        monkeypatch,
        ROUTES=json.dumps({"payments": {**route, "mail": True}}),
        CHANNELS='{"security": ["critical", "high"], "pay": []}',
    )
    event = world.about(BY_NAME["guardduty: instance, high"])
    told = ["high", "team-payments", "chat-security", "chat-pay"]
    assert tell(event, "high") == told
    assert world.everything() == set(told)
    # Of another account, and of another severity, the team hears nothing.
    assert tell(BY_NAME["guardduty: instance, high"], "high") == ["high", "chat-security"]
    assert tell(event, "medium") == ["medium"]


def test_a_tag_names_the_team(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    route = {"units": [], "accounts": [], "severities": ["high"], "channels": [], "mail": True}
    settings(monkeypatch, ROUTES=json.dumps({"payments": route}), TEAM_TAG="Team")
    event = world.about(BY_NAME["guardduty: instance, high"])
    assert tell(event, "high") == ["high", "team-payments"]


def tagged(name: str, **tags: str) -> dict[str, Any]:
    """Give a recorded event whose resource has tags, as the service writes them."""
    event = deepcopy(BY_NAME[name])
    if event["source"] == "aws.securityhub":
        event["detail"]["findings"][0]["Resources"][0]["Tags"] = tags
    else:
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        event["detail"]["resource"]["instanceDetails"]["tags"] = pairs
    return event


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("name", "severity"),
    [("security_hub: control, critical", "critical"), ("guardduty: instance, high", "high")],
)
def test_a_tag_of_the_resource_names_its_owner(
    monkeypatch: pytest.MonkeyPatch, name: str, severity: str
) -> None:
    route = {"units": [], "accounts": [], "severities": [severity], "channels": [], "mail": True}
    settings(monkeypatch, ROUTES=json.dumps({"payments": route}), OWNER_TAG="Owner")
    assert tell(tagged(name, Owner="payments"), severity) == [severity, "team-payments"]
    # Another tag, another owner, none.
    assert tell(tagged(name, Team="payments"), severity) == [severity]
    assert tell(tagged(name, Owner="others"), severity) == [severity]
    assert tell(BY_NAME[name], severity) == [severity]


@pytest.mark.usefixtures("world")
def test_without_the_setting_no_tag_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    route = {"units": [], "accounts": [], "severities": ["critical"], "channels": [], "mail": True}
    settings(monkeypatch, ROUTES=json.dumps({"payments": route}))
    event = tagged("security_hub: control, critical", Owner="payments")
    assert tell(event, "critical") == ["critical"]


ROUTE = {"units": [], "accounts": [], "severities": ["high"], "channels": [], "mail": True}


@pytest.mark.parametrize(
    ("changes", "owned"),
    [
        ({"units": ["Workloads/Production"]}, True),
        ({"units": ["Workloads"]}, True),
        ({"units": ["Workloads/Prod"]}, False),
        ({"units": ["Production"]}, False),
        ({"accounts": ["555555555555"]}, True),
        ({"accounts": ["payments-production"]}, True),
        ({"accounts": ["payments"]}, False),
        ({}, False),
    ],
)
def test_whose_an_account_is(changes: dict[str, Any], owned: bool) -> None:
    account = finding_accounts.Account(
        id="555555555555", name="payments-production", unit="Workloads/Production"
    )
    mails, _ = finding_routes.audiences(
        "high", account, routes={"x": ROUTE | changes}, channels={}, team_tag=""
    )
    assert (mails == ["high", "team-x"]) is owned


def test_routes_that_cannot_be_read_leave_the_severity(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, ROUTES="{")
    assert tell(world.about(BY_NAME["guardduty: instance, high"]), "high") == ["high"]


def test_one_topic_that_fails_does_not_keep_the_others_silent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(monkeypatch, CHANNELS='{"gone": ["critical"], "security": ["critical"]}')
    event = BY_NAME["security_hub: control, critical"]
    with pytest.raises(RuntimeError, match="chat-gone"):
        tell(event)
    assert world.everything() == {"critical", "chat-security"}
    # Not everybody was told, so the finding is told again.
    assert world.hub.updates == []


def test_a_told_finding_says_so_in_security_hub(world: World) -> None:
    event = deepcopy(BY_NAME["security_hub: control, critical"])
    finding = event["detail"]["findings"][0]
    finding["UserDefinedFields"] = {"ticket": "SEC-1"}
    tell(event)
    assert world.hub.updates == [
        {
            "FindingIdentifiers": [{"Id": finding["Id"], "ProductArn": finding["ProductArn"]}],
            "Workflow": {"Status": "NOTIFIED"},
            "UserDefinedFields": {"ticket": "SEC-1", "SecurityBaselineTold": "CRITICAL"},
        }
    ]


def test_only_findings_in_security_hub_are_marked(world: World) -> None:
    tell(BY_NAME["guardduty: attack sequence, critical"])
    tell(BY_NAME["root: sign-in"])
    assert world.hub.updates == []


def test_marking_can_be_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, SECURITY_HUB_STATUS="unchanged")
    assert tell(BY_NAME["security_hub: control, critical"]) == ["critical"]
    assert world.hub.updates == []


def test_a_mark_that_fails_costs_a_second_message_and_nothing_else(world: World) -> None:
    answer = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    world.hub.error = ClientError(answer, "BatchUpdateFindings")
    assert tell(BY_NAME["security_hub: control, critical"]) == ["critical"]
    assert len(world.received("critical")) == 1


def test_lengths_fit_amazon_sns() -> None:
    assert finding_text.MESSAGE_BYTES < 262_144
    assert finding_text.SUBJECT_LENGTH == 100
