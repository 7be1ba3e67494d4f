from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from baseline.config import Names
from baseline.detection.event_forwarding import (
    EventForwarding,
    EventForwardingRole,
    SignInForwarding,
)
from baseline.detection.event_patterns import Emergency
from tests.unit.detection import sample_events
from tests.unit.detection.matching import matches
from tests.unit.response.data_events import event

EMERGENCY = Emergency(role="OrgBreakGlass", users=("break-glass-1",), account="111111111111")
OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]


@pytest.fixture
def forwarding(stack: cdk.Stack, names: Names) -> EventForwarding:
    return EventForwarding(
        stack,
        "Forwarding",
        bus_arn=names.event_bus_arn,
        role_name=names.event_forwarding_role,
        rule_name=names.forwarding_rule,
        emergency=EMERGENCY,
        guardduty_account=names.security,
        core_accounts=names.core_accounts,
    )


def rendered(value: Any) -> str:
    """Join what ``Fn::Join`` would, with the names of pseudo parameters."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(rendered(part) for part in value["Fn::Join"][1])
    return str(value.get("Ref")) if isinstance(value, dict) else str(value)


@pytest.mark.usefixtures("forwarding")
def test_guardduty_findings_are_forwarded_by_the_security_account_alone(
    stack: cdk.Stack, of_type: OfType
) -> None:
    conditional = {
        rule["Properties"]["Description"]: rule.get("Condition")
        for rule in of_type(stack, "AWS::Events::Rule")
    }
    condition = conditional.pop("GuardDuty to the security account")
    assert set(conditional.values()) == {None}
    conditions = assertions.Template.from_stack(stack).to_json()["Conditions"]
    assert conditions[condition] == {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "333333333333"]}


@pytest.mark.usefixtures("forwarding")
def test_rules_listen_on_the_default_bus_and_send_to_another_so_nothing_loops(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    for rule in of_type(stack, "AWS::Events::Rule"):
        assert "EventBusName" not in rule["Properties"]
        (target,) = rule["Properties"]["Targets"]
        assert target["Arn"] == names.event_bus_arn
        assert not target["Arn"].endswith("event-bus/default")
        assert rendered(target["RoleArn"]) == (
            "arn:AWS::Partition:iam::AWS::AccountId:role/secbase-event-forwarding"
        )


@pytest.mark.parametrize(
    ("event", "forwarded"),
    [
        (sample_events.guardduty(2), 1),
        (sample_events.guardduty(9, archived=True), 0),
        (sample_events.sign_in("Root"), 1),
        (sample_events.sign_in("IAMUser"), 0),
        (sample_events.api_call("account", "StartPrimaryEmailUpdate"), 1),
        (sample_events.api_call("iam", "DisableOrganizationsRootSessions"), 1),
        (sample_events.api_call("cloudtrail", "StopLogging"), 1),
        (sample_events.api_call("config", "StopConfigurationRecorder"), 1),
        (sample_events.api_call("securityhub", "DisableSecurityHub"), 1),
        (sample_events.api_call("config", "PutConfigRule"), 0),
        (sample_events.security_hub(), 0),
        (sample_events.assume_role("OrgBreakGlass"), 1),
        (sample_events.assume_role("Developer"), 0),
        (sample_events.switch_role("OrgBreakGlass"), 1),
        (sample_events.user_sign_in("break-glass-1"), 1),
        (sample_events.user_sign_in("anna"), 0),
        (event("DeleteBucketPublicAccessBlock"), 1),
        (event("PutBucketPolicy everybody"), 1),
        (event("ModifyDBSnapshotAttribute"), 1),
        (event("GuardDuty Malware Protection Object Scan Result"), 1),
        (sample_events.EXPOSED_KEY, 1),
        (sample_events.done("ec2", "DeleteFlowLogs"), 1),
        (sample_events.done("ec2", "CreateFlowLogs"), 0),
        (sample_events.api_call("ec2", "DeleteFlowLogs"), 0),
    ],
)
@pytest.mark.usefixtures("forwarding")
def test_what_is_forwarded(
    stack: cdk.Stack, of_type: OfType, event: dict[str, Any], forwarded: int
) -> None:
    rules = of_type(stack, "AWS::Events::Rule")
    assert sum(matches(rule["Properties"]["EventPattern"], event) for rule in rules) == forwarded


def test_only_rules_of_the_account_use_the_role_and_only_for_the_bus(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    EventForwardingRole(
        stack, "Role", role_name=names.event_forwarding_role, bus_arn=names.event_bus_arn
    )
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert rendered(trust["Condition"]["ArnLike"]["aws:SourceArn"]).endswith(
        ":events:*:AWS::AccountId:rule/*"
    )
    (policy,) = of_type(stack, "AWS::IAM::ManagedPolicy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("events:PutEvents", names.event_bus_arn)


def test_rules_have_names_that_guardrails_protect(
    forwarding: EventForwarding, stack: cdk.Stack, of_type: OfType
) -> None:
    named = {rule["Properties"]["Name"] for rule in of_type(stack, "AWS::Events::Rule")}
    assert len(named) == len(forwarding.rules)
    assert {"secbase-forward-root-activity", "secbase-forward-break-glass-role"} <= named
    assert all(name.startswith("secbase-") and len(name) <= 64 for name in named)


def test_where_only_sign_ins_are_recorded_nothing_else_is_forwarded(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    forwarding = SignInForwarding(
        stack,
        "Forwarding",
        bus_arn=names.event_bus_arn,
        role_name=names.event_forwarding_role,
        rule_name=names.forwarding_rule,
        emergency=EMERGENCY,
    )
    assert set(forwarding.rules) == {
        "RootActivity",
        "RootSessions",
        "RootSettings",
        "ExposedKeys",
        "BreakGlassRole",
        "BreakGlassSession",
        "BreakGlassUsers",
    }
    for rule in of_type(stack, "AWS::Events::Rule"):
        assert rule["Properties"]["Targets"][0]["Arn"] == names.event_bus_arn


LOG_BUCKET = "secbase-org-logs-222222222222-eu-west-1"


@pytest.mark.parametrize(
    "call",
    [
        ("PutBucketPolicy", LOG_BUCKET, True),
        ("DeleteBucketLifecycle", LOG_BUCKET, True),
        ("PutBucketTagging", LOG_BUCKET, False),
        ("PutBucketPolicy", "shop-org-logs-1", False),
    ],
)
def test_changed_log_buckets_are_forwarded_by_the_log_archive_alone(
    stack: cdk.Stack, of_type: OfType, names: Names, call: tuple[str, str, bool]
) -> None:
    name, bucket, forwarded = call
    found = EventForwarding(
        stack,
        "WithLogs",
        bus_arn=names.event_bus_arn,
        role_name=names.event_forwarding_role,
        rule_name=names.forwarding_rule,
        emergency=EMERGENCY,
        guardduty_account=names.security,
        core_accounts=names.core_accounts,
        log_account=names.log_archive,
        log_prefix=names.prefix,
    )
    assert "LogBuckets" in found.rules
    [rule] = [
        each
        for each in of_type(stack, "AWS::Events::Rule")
        if each["Properties"]["Description"].startswith("LogBuckets")
    ]
    conditions = assertions.Template.from_stack(stack).to_json()["Conditions"]
    wanted = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, names.log_archive]}
    assert conditions[rule["Condition"]] == wanted
    event = sample_events.done("s3", name, requestParameters={"bucketName": bucket})
    assert matches(rule["Properties"]["EventPattern"], event) is forwarded
