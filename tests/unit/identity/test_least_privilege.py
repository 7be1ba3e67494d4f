from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from baseline.errors import BaselineError
from baseline.identity.least_privilege import LeastPrivilegeRole, ServiceRole
from tests.unit.identity.policies import resources

QUEUE = "arn:aws:sqs:eu-west-1:333333333333:orders"
SEND = ["sqs:SendMessage"]
REASON = "queues of orders get a new name every day"


def create(stack: cdk.Stack, **changes: Any) -> dict[str, Any]:
    """Give the properties of the role."""
    statement = iam.PolicyStatement(actions=SEND, resources=[QUEUE])
    LeastPrivilegeRole(
        stack,
        "Sender",
        **{
            "description": "Sends orders",
            "principals": [iam.AccountPrincipal("555555555555")],
            "statements": [statement],
            "boundary": "secbase-boundary",
            **changes,
        },
    )
    (role,) = resources(stack, "AWS::IAM::Role")
    return role


def service(stack: cdk.Stack, **changes: Any) -> dict[str, Any]:
    """Give the only statement of a service role's trust."""
    ServiceRole(
        stack,
        "Service",
        **{
            "service": "events.amazonaws.com",
            "description": "Sends orders",
            "statements": [iam.PolicyStatement(actions=SEND, resources=[QUEUE])],
            "boundary": "secbase-boundary",
            **changes,
        },
    )
    (role,) = resources(stack, "AWS::IAM::Role")
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def test_it_has_the_boundary_and_an_hour(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    role = create(stack)
    assert role["PermissionsBoundary"] == "arn:aws:iam::333333333333:policy/secbase-boundary"
    assert role["MaxSessionDuration"] == 3600
    assert findings(app) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ({"actions": ["sqs:*"], "resources": [QUEUE]}, "'sqs:*'"),
        ({"actions": ["*"], "resources": [QUEUE]}, "'*'"),
        ({"actions": ["sqs:Send*"], "resources": [QUEUE]}, "'sqs:Send*'"),
        ({"actions": SEND, "resources": ["*"]}, "'*'"),
        ({"actions": SEND, "resources": [f"{QUEUE}-*"]}, f"'{QUEUE}-*'"),
        ({"actions": SEND, "resources": [f"{QUEUE}-?"]}, f"'{QUEUE}-?'"),
    ],
)
def test_iam_21_a_wildcard_without_a_reason_is_refused(
    stack: cdk.Stack, statement: dict[str, Any], named: str
) -> None:
    with pytest.raises(BaselineError) as caught:
        create(stack, statements=[iam.PolicyStatement(**statement)])
    assert f"{named} is a wildcard; name what is needed" in str(caught.value)


def test_a_wildcard_with_a_reason_is_acknowledged_with_it(
    app: cdk.App, stack: cdk.Stack, findings: Callable[[cdk.App], list[str]]
) -> None:
    queue = sqs.Queue(stack, "Queue", enforce_ssl=True)
    bound = iam.PolicyStatement(
        actions=["sqs:Send*"], resources=[f"{QUEUE}-*", f"{queue.queue_arn}-*"]
    )
    create(
        stack,
        statements=[bound],
        wildcards={
            "sqs:Send*": REASON,
            f"{QUEUE}-*": REASON,
            f"{queue.queue_arn}-*": REASON,
        },
    )
    assert [line for line in findings(app) if "Sender" in line] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"wildcards": {"sqs:*": REASON}}, "which no statement has; remove it"),
        ({"principals": []}, "has no principals"),
        ({"principals": [iam.StarPrincipal()]}, "everybody"),
        ({"principals": [iam.AnyPrincipal()]}, "everybody"),
        ({"principals": [iam.ArnPrincipal("*")]}, "everybody"),
        ({"principals": [iam.ArnPrincipal("arn:aws:iam::*:role/x")]}, "everybody"),
    ],
)
def test_iam_1_what_is_wide_by_accident_is_refused(
    stack: cdk.Stack, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        create(stack, **changes)


@pytest.mark.parametrize(
    "statement",
    [
        {"not_actions": ["iam:*"], "resources": [QUEUE]},
        {"actions": SEND, "not_resources": [QUEUE]},
    ],
)
def test_iam_1_what_is_allowed_by_what_it_is_not_is_refused(
    stack: cdk.Stack, statement: dict[str, Any]
) -> None:
    with pytest.raises(BaselineError, match="allows by what it is not"):
        create(stack, statements=[iam.PolicyStatement(**statement)])


def test_a_short_reason_is_refused(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="at least 20 characters"):
        create(
            stack,
            statements=[iam.PolicyStatement(actions=SEND, resources=["*"])],
            wildcards={"*": "needed"},
        )


def test_denials_may_be_as_wide_as_they_like(stack: cdk.Stack) -> None:
    allow = iam.PolicyStatement(actions=SEND, resources=[QUEUE])
    deny = iam.PolicyStatement(effect=iam.Effect.DENY, actions=["s3:*"], resources=["*"])
    create(stack, statements=[allow, deny])


def test_a_service_acts_for_this_account_only(stack: cdk.Stack) -> None:
    statement = service(stack)
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "333333333333"}}


def test_a_service_can_be_bound_to_one_resource(stack: cdk.Stack) -> None:
    rule = "arn:aws:events:eu-west-1:333333333333:rule/orders"
    assert service(stack, source_arn=rule)["Condition"]["ArnLike"] == {"aws:SourceArn": rule}


@pytest.mark.parametrize("name", ["lambda.amazonaws.com", "ec2.amazonaws.com"])
def test_a_service_that_names_no_source_needs_a_reason(stack: cdk.Stack, name: str) -> None:
    with pytest.raises(BaselineError, match="names no source when it assumes a role"):
        service(stack, service=name)
    with pytest.raises(BaselineError, match="at least 20 characters"):
        service(cdk.Stack(stack, "Short"), service=name, without_source="none")


def test_with_a_reason_it_gets_its_role(stack: cdk.Stack) -> None:
    statement = service(
        stack,
        service="lambda.amazonaws.com",
        without_source="the function of this stack is the only one that is given the role",
    )
    assert "Condition" not in statement
