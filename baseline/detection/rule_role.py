"""RuleRole: the role with which rules of this account reach a target."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

EVENTS = "events.amazonaws.com"


class RuleRole(Construct):
    """The role with which rules of this account and Region call what the statements allow.

    Args:
        scope: parent construct.
        id: construct ID.
        description: what the rules do with it.
        statements: what they may do.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its policy; what uses the role depends on it.

    Source: Amazon EventBridge User Guide, "Cross-service confused deputy prevention".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str,
        statements: Sequence[iam.PolicyStatement],
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        rules = stack.format_arn(service="events", resource="rule", resource_name="*")
        self.role = iam.Role(
            self,
            "Role",
            description=description,
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
            self, "Policy", description=description, statements=list(statements), roles=[self.role]
        )
