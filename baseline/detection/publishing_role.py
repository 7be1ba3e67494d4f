"""PublishingRole: how rules publish to a topic that nobody else can publish to."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.detection.rule_role import RuleRole
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic


class PublishingRole(RuleRole):
    """The role with which rules of this account and Region publish to one encrypted topic.

    A topic policy cannot do it: EventBridge sends no condition keys to Amazon SNS, so a statement
    with a condition would lose every message, and one without would let rules of any account
    publish.

    Args:
        scope: parent construct.
        id: construct ID.
        topic: the topic.
        key: its key.

    Source: Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"
    (Amazon SNS permissions).
    """

    def __init__(self, scope: Construct, id: str, *, topic: SecureTopic, key: SecureKey) -> None:
        super().__init__(
            scope,
            id,
            description=f"Rules publish messages of {scope.node.id}",
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
        )
