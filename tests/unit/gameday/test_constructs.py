"""The inbox, the canaries and the experiments: safe by default, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from baseline.config import Names
from baseline.config.credentials import ExemptTag
from baseline.errors import BaselineError
from baseline.gameday.canaries import CanaryUsers
from baseline.gameday.game_day_experiments import GameDayExperiments
from baseline.gameday.inbox import GameDayInbox
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic
from baseline.response.evidence import EvidenceStore
from tests.unit.gameday.fakes import configuration

ENV = cdk.Environment(account="333333333333", region="eu-west-1")
MEMBER = cdk.Environment(account="666666666666", region="eu-west-1")
ALARM = "arn:aws:cloudwatch:eu-west-1:666666666666:alarm:errors"
TOPICS = {
    f"arn:aws:sns:eu-west-1:333333333333:secbase-findings-{one}" for one in ("critical", "high")
}
Resources = dict[str, dict[str, Any]]
Findings = Callable[[cdk.App], list[str]]


def resources(stack: cdk.Stack) -> Resources:
    found: Resources = Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(found: Resources, kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in found.values() if one["Type"] == kind]


def statements(policy: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one.get("Sid", ""): one for one in policy["Statement"]}


def inbox(folder: Path) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "response", env=ENV)
    key = SecureKey(stack, "TopicKey", description="Messages")
    names = Names.of(configuration(folder))
    GameDayInbox(
        stack,
        "GameDays",
        names=names,
        topics={
            one: SecureTopic(stack, one.title(), key=key, topic_name=names.topic(one))
            for one in ("critical", "high")
        },
        bus=events.CfnEventBus(stack, "Bus", name=names.event_bus),
        evidence=EvidenceStore(stack, "Evidence"),
    )
    return stack


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    return resources(inbox(tmp_path_factory.mktemp("inbox")))


def test_sqs_1_the_inbox_is_encrypted_with_a_key_of_its_own_and_forgets_after_a_day(
    heard: Resources,
) -> None:
    queue = next(
        one
        for one in of_type(heard, "AWS::SQS::Queue")
        if one.get("QueueName") == "secbase-game-days"
    )
    assert "GameDaysKey" in json.dumps(queue["KmsMasterKeyId"])
    assert queue["MessageRetentionPeriod"] == 86400


def test_only_topics_and_the_rule_of_samples_reach_the_inbox(heard: Resources) -> None:
    policy = next(
        statements(one["PolicyDocument"])
        for one in of_type(heard, "AWS::SQS::QueuePolicy")
        if "HearWhatPeopleAreTold" in json.dumps(one)
    )
    allowed = {sid: one for sid, one in policy.items() if one["Effect"] == "Allow"}
    assert set(allowed) == {"HearWhatPeopleAreTold", "HearOfSamples"}
    topics = allowed["HearWhatPeopleAreTold"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert set(topics) == TOPICS
    rule = allowed["HearOfSamples"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert rule["Fn::GetAtt"][0].startswith("GameDaysSamples")
    assert len(of_type(heard, "AWS::SNS::Subscription")) == len(TOPICS)


def test_those_who_run_game_days_only_add_records_and_read_the_inbox(heard: Resources) -> None:
    (policy,) = [
        one
        for one in of_type(heard, "AWS::IAM::ManagedPolicy")
        if one.get("ManagedPolicyName") == "secbase-game-days"
    ]
    found = statements(policy["PolicyDocument"])
    assert json.dumps(found["AddEvidence"]["Resource"]).count("/gamedays/*") == 1
    assert found["AddEvidence"]["Action"] == "s3:PutObject"
    actions = {
        action
        for one in found.values()
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    assert not {one for one in actions if "Delete" in one} - {"sqs:DeleteMessage"}
    assert "sqs:SendMessage" not in actions
    assert not {one for one in actions if one.startswith(("sns:", "events:", "iam:"))}


def test_canaries_may_do_nothing_and_have_no_key() -> None:
    stack = cdk.Stack(cdk.App(), "response", env=ENV)
    CanaryUsers(stack, "Canaries", users=["backup-exporter"], exempt_tag=ExemptTag())

    found = resources(stack)

    (user,) = of_type(found, "AWS::IAM::User")
    assert user["UserName"] == "backup-exporter"
    assert json.dumps(user["PermissionsBoundary"]).endswith('":iam::aws:policy/AWSDenyAll"]]}')
    assert user["Tags"] == [{"Key": "CredentialRotation", "Value": "exempt"}]
    assert {one["Type"] for one in found.values()} == {"AWS::IAM::User"}


def experiments(*, report: bool = False, alarms: tuple[str, ...] = (ALARM,)) -> cdk.Stack:
    stack = cdk.Stack(cdk.App(), "game-days", env=MEMBER)
    GameDayExperiments(stack, "Experiments", tag="GameDayTarget", stop_alarms=alarms, report=report)
    return stack


@pytest.fixture(scope="module")
def plain() -> Resources:
    return resources(experiments())


@pytest.fixture(scope="module")
def reported() -> Resources:
    return resources(experiments(report=True))


def test_each_experiment_is_stopped_by_an_alarm_and_has_tagged_targets_alone(
    plain: Resources,
) -> None:
    templates = of_type(plain, "AWS::FIS::ExperimentTemplate")
    assert {one["Tags"]["GameDayExperiment"] for one in templates} == {
        "stop-instances",
        "disrupt-zone",
    }
    for one in templates:
        assert one["StopConditions"] == [{"Source": "aws:cloudwatch:alarm", "Value": ALARM}]
        target = one["Targets"]["Targets"]
        assert target["ResourceTags"] == {"GameDayTarget": "allowed"}
        assert "ResourceArns" not in target
        options = {"AccountTargeting": "single-account", "EmptyTargetResolutionMode": "fail"}
        assert one["ExperimentOptions"] == options
        assert one["Actions"]["Fault"]["Parameters"]
        group = one["LogConfiguration"]["CloudWatchLogsConfiguration"]["LogGroupArn"]
        assert plain[group["Fn::GetAtt"][0]]["Properties"]["KmsKeyId"]
        assert one["LogConfiguration"]["LogSchemaVersion"] == 2
        assert "ExperimentReportConfiguration" not in one


def test_faults_end_by_themselves(plain: Resources) -> None:
    faults = {
        one["Tags"]["GameDayExperiment"]: one["Actions"]["Fault"]
        for one in of_type(plain, "AWS::FIS::ExperimentTemplate")
    }
    assert faults["stop-instances"] == {
        "ActionId": "aws:ec2:stop-instances",
        "Parameters": {"startInstancesAfterDuration": "PT5M"},
        "Targets": {"Instances": "Targets"},
    }
    assert faults["disrupt-zone"] == {
        "ActionId": "aws:network:disrupt-connectivity",
        "Parameters": {"duration": "PT10M", "scope": "all"},
        "Targets": {"Subnets": "Targets"},
    }


def test_without_an_alarm_there_is_no_experiment() -> None:
    with pytest.raises(BaselineError, match="stop_alarms is empty"):
        experiments(alarms=())


def test_reports_lie_in_an_encrypted_bucket_where_they_are_wanted(
    plain: Resources, reported: Resources
) -> None:
    assert of_type(plain, "AWS::S3::Bucket") == []
    for one in of_type(reported, "AWS::FIS::ExperimentTemplate"):
        outputs = one["ExperimentReportConfiguration"]["Outputs"]
        place = outputs["ExperimentReportS3Configuration"]
        bucket = reported[place["BucketName"]["Ref"]]["Properties"]
        assert place["Prefix"] == "reports/"
        assert "KMSMasterKeyID" in json.dumps(bucket["BucketEncryption"])
    policy = of_type(reported, "AWS::IAM::ManagedPolicy")[0]["PolicyDocument"]
    assert "/reports/*" in json.dumps(statements(policy)["WriteReports"]["Resource"])


def test_the_role_touches_tagged_things_alone(plain: Resources) -> None:
    (role,) = of_type(plain, "AWS::IAM::Role")
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "fis.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert "RoleName" not in role, "a name of the baseline would be exempt from guardrails"
    (policy,) = of_type(plain, "AWS::IAM::ManagedPolicy")
    found = statements(policy["PolicyDocument"])
    tagged = {"StringEquals": {"aws:ResourceTag/GameDayTarget": "allowed"}}
    assert found["StopAndStartTargets"]["Condition"] == tagged
    assert found["SwapAclOfTargets"]["Condition"] == tagged
    managed = {"StringEquals": {"ec2:ResourceTag/managedByFIS": "true"}}
    assert found["FillAndDeleteOwnAcl"]["Condition"] == managed
    for one in found.values():
        actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
        assert not {"ec2:TerminateInstances", "iam:PassRole"} & set(actions)
        assert not any("*" in action for action in actions)


def test_no_finding_is_left(tmp_path: Path, findings: Findings) -> None:
    inbox_app = inbox(tmp_path).node.root
    experiment_app = experiments(report=True).node.root
    assert isinstance(inbox_app, cdk.App)
    assert isinstance(experiment_app, cdk.App)
    mine = [one for one in findings(inbox_app) if "GameDays" in one]
    assert mine == []
    assert findings(experiment_app) == []


def test_a_finding_would_be_noticed(findings: Findings) -> None:
    stack = experiments()
    iam.CfnUser(stack, "Plain", user_name="plain")
    app = stack.node.root
    assert isinstance(app, cdk.App)
    assert [one for one in findings(app) if "Plain" in one]
