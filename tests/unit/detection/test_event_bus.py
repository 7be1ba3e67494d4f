from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from baseline.config import Names
from baseline.detection.event_bus import SecurityEventBus
from baseline.detection.notifications import NotificationKeys

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
BUS_ARN = "arn:aws:events:eu-west-1:333333333333:event-bus/secbase-security"


@pytest.fixture
def bus(stack: cdk.Stack, names: Names) -> SecurityEventBus:
    return SecurityEventBus(
        stack,
        "EventBus",
        name=names.event_bus,
        organization_id=names.organization_id,
        forwarding_role=names.event_forwarding_role,
        failures=NotificationKeys(stack, "Shared").failures,
    )


@pytest.mark.usefixtures("bus")
def test_eventbridge_3_only_the_forwarding_roles_of_the_organization_may_send(
    stack: cdk.Stack, of_type: OfType
) -> None:
    (policy,) = of_type(stack, "AWS::Events::EventBusPolicy")
    statement = policy["Properties"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "events:PutEvents")
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"},
        "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/secbase-event-forwarding"},
        "StringLikeIfExists": {"events:source": ["aws.*"]},
    }
    assert len(of_type(stack, "AWS::Events::EventBusPolicy")) == 1


@pytest.mark.usefixtures("bus")
def test_the_bus_has_the_name_that_the_accounts_send_to(
    stack: cdk.Stack, of_type: OfType, names: Names
) -> None:
    (found,) = of_type(stack, "AWS::Events::EventBus")
    assert found["Properties"]["Name"] == "secbase-security"
    assert names.event_bus_arn == BUS_ARN


@pytest.mark.usefixtures("bus")
def test_eventbridge_may_use_the_key_for_this_bus_only(stack: cdk.Stack, of_type: OfType) -> None:
    (found,) = of_type(stack, "AWS::Events::EventBus")
    key_id = found["Properties"]["KmsKeyIdentifier"]["Fn::GetAtt"][0]
    assert key_id.startswith("EventBusKey")
    keys = [
        key for key in of_type(stack, "AWS::KMS::Key") if "bus" in key["Properties"]["Description"]
    ]
    (policy,) = (key["Properties"]["KeyPolicy"]["Statement"] for key in keys)
    services = [s for s in policy if s["Principal"] == {"Service": "events.amazonaws.com"}]
    assert all(s["Condition"]["StringEquals"]["aws:SourceAccount"] for s in services)
    (use,) = (s for s in services if "kms:Decrypt" in s["Action"])
    assert use["Condition"]["StringEquals"]["kms:EncryptionContext:aws:events:event-bus:arn"] == (
        BUS_ARN
    )


@pytest.mark.usefixtures("bus")
def test_events_that_cannot_be_decrypted_are_kept(stack: cdk.Stack, of_type: OfType) -> None:
    (found,) = of_type(stack, "AWS::Events::EventBus")
    assert found["Properties"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("Shared")
    (policy,) = of_type(stack, "AWS::SQS::QueuePolicy")
    (statement,) = (
        s for s in policy["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"
    )
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": BUS_ARN}}
