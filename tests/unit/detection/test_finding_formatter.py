from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config.notifications import ChatChannel, Notifications, Route, SlackChannel
from baseline.config.quotas import ENVIRONMENT_BYTES, ROUTES_SIZE
from baseline.detection.finding_formatter import FindingFormatter, routes_of
from baseline.detection.notifications import NotificationKeys
from baseline.errors import BaselineError
from baseline.primitives.secure_topic import SecureTopic

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
LEAST = {"critical": ("a@example.com",), "high": ("a@example.com",)}


def formatter(stack: cdk.Stack, **settings: Any) -> FindingFormatter:
    shared = NotificationKeys(stack, "Shared")
    found = FindingFormatter(
        stack,
        "Formatter",
        notifications=Notifications(**LEAST, **settings),
        account_ids={"payments-production": "555555555555"},
        topic_prefix="secbase-findings-",
        topics=["critical", "high"],
        key=shared.key,
        role_name="secbase-finding-formatter",
        organization_id="o-exampleorgid",
        management_account="111111111111",
    )
    found.fall_back_to(SecureTopic(stack, "Critical", key=shared.key))
    return found


def statements(stack: cdk.Stack, of_type: OfType) -> dict[str, dict[str, Any]]:
    return {
        statement["Sid"]: statement
        for policy in of_type(stack, "AWS::IAM::ManagedPolicy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }


def test_it_publishes_to_named_topics_and_reads_names_of_its_organization(
    stack: cdk.Stack, of_type: OfType
) -> None:
    formatter(stack)
    allowed = statements(stack, of_type)
    assert allowed["Tell"]["Action"] == "sns:Publish"
    assert allowed["Tell"]["Resource"] == [
        "arn:aws:sns:eu-west-1:333333333333:secbase-findings-critical",
        "arn:aws:sns:eu-west-1:333333333333:secbase-findings-high",
    ]
    assert allowed["NameAccounts"]["Action"] == [
        "organizations:DescribeAccount",
        "organizations:ListParents",
        "organizations:ListTagsForResource",
    ]
    assert "111111111111:account/o-exampleorgid/*" in str(allowed["NameAccounts"]["Resource"])
    assert allowed["MarkAsTold"]["Action"] == "securityhub:BatchUpdateFindings"
    assert allowed["MarkAsTold"]["Resource"].endswith(":333333333333:hub/default")
    assert not any("*" in str(row["Action"]) for row in allowed.values())


def test_what_it_fails_at_is_sent_as_it_is(stack: cdk.Stack, of_type: OfType) -> None:
    formatter(stack)
    (config,) = of_type(stack, "AWS::Lambda::EventInvokeConfig")
    properties = config["Properties"]
    assert properties["DestinationConfig"]["OnFailure"]["Destination"]["Ref"].startswith("Critical")
    assert properties["MaximumRetryAttempts"] == 1
    assert properties["MaximumEventAgeInSeconds"] == 3600
    assert properties["Qualifier"] == "$LATEST"
    (function,) = of_type(stack, "AWS::Lambda::Function")
    assert function["Properties"]["DeadLetterConfig"]["TargetArn"]


def test_leaving_security_hub_alone_takes_the_permission_away(
    stack: cdk.Stack, of_type: OfType
) -> None:
    formatter(stack, security_hub_status="unchanged")
    assert "MarkAsTold" not in statements(stack, of_type)
    (function,) = of_type(stack, "AWS::Lambda::Function")
    variables = function["Properties"]["Environment"]["Variables"]
    assert variables["SECURITY_HUB_STATUS"] == "unchanged"


def test_routes_and_channels_reach_the_function(stack: cdk.Stack, of_type: OfType) -> None:
    slack = SlackChannel(workspace="T0123ABCD", channel="C0123ABCD")
    formatter(
        stack,
        routes={
            "payments": Route(
                units=("Workloads",), accounts=("payments-production", "new"), channels=("ops",)
            ),
            "mail": Route(accounts=("new",), addresses=("a@example.com",)),
        },
        chat={"ops": ChatChannel(slack=slack, severities=("critical",))},
        team_tag="Team",
    )
    (function,) = of_type(stack, "AWS::Lambda::Function")
    variables = function["Properties"]["Environment"]["Variables"]
    routes = json.loads(variables["ROUTES"])
    # An adopted account may have another name in AWS Organizations, so its ID counts.
    assert routes["payments"] == {
        "units": ["Workloads"],
        "accounts": ["555555555555", "new"],
        "severities": ["critical", "high"],
        "channels": ["ops"],
    }
    assert routes["mail"]["mail"] is True
    assert json.loads(variables["CHANNELS"]) == {"ops": ["critical"]}
    assert variables["TEAM_TAG"] == "Team"


def test_routes_that_do_not_fit_are_refused() -> None:
    units = tuple(f"Workloads/Unit{number:03}" for number in range(200))
    many = Notifications(**LEAST, routes={"all": Route(units=units, addresses=("a@example.com",))})
    with pytest.raises(BaselineError, match=f"room for {ROUTES_SIZE}; name units"):
        routes_of(many, {})


def test_the_most_routes_leave_room_in_the_environment() -> None:
    assert ROUTES_SIZE + 1_000 < ENVIRONMENT_BYTES


def test_a_rule_sends_paths_that_every_event_has(stack: cdk.Stack) -> None:
    message = formatter(stack).message("high")
    paths = message.input_paths_map
    assert isinstance(paths, dict)
    top = {"account", "detail", "detail-type", "id", "region", "resources", "source", "time"}
    assert {path.removeprefix("$.") for path in paths.values()} == top
    assert all(f"<{name}>" in message.input_template for name in paths)
    # Without quotes: EventBridge puts text and objects there as JSON.
    assert '"<' not in message.input_template
