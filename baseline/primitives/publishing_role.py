"""PublishingRole: how rules publish to a topic that nobody else can publish to."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

EVENTS = "events.amazonaws.com"


class PublishingRole(Construct):
    """The role with which rules of this account and Region publish to one encrypted topic.

    A topic policy cannot do it: EventBridge sends no condition keys to Amazon SNS, so a statement
    with a condition would lose every message, and one without would let rules of any account
    publish.

    Args:
        scope: parent construct.
        id: construct ID.
        topic: the topic.
        key: its key.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its policy; what uses the role depends on it.

    Source: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"
    (Amazon SNS permissions) and "Cross-service confused deputy prevention".
    """

    def __init__(self, scope: Construct, id: str, *, topic: SecureTopic, key: SecureKey) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        rules = stack.format_arn(service="events", resource="rule", resource_name="*")
        self.role = iam.Role(
            self,
            "Role",
            description=f"Rules publish messages of {scope.node.id}",
            assumed_by=iam.ServicePrincipal(
                EVENTS,
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    # The rules refer to the role, so it cannot refer to them.
                    "ArnLike": {"aws:SourceArn": rules},
                },
            ),
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"Publish messages of {scope.node.id}",
            statements=[
                iam.PolicyStatement(
                    sid="Publish", actions=["sns:Publish"], resources=[topic.topic.topic_arn]
                ),
                iam.PolicyStatement(
                    sid="Encrypt",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[key.key.key_arn],
                ),
            ],
            roles=[self.role],
        )
