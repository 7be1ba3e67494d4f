"""FleetMessages: a topic that Auto Scaling tells of machines that come, go and fail."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic


class FleetMessages(Construct):
    """An encrypted topic whose key Auto Scaling of this account may use, for this topic only.

    Args:
        scope: parent construct.
        id: construct ID.
        addresses: e-mail addresses; each confirms its subscription once.

    Attributes:
        topic: the :class:`SecureTopic`.
        key: its :class:`SecureKey`.

    Raises:
        BaselineError: no address.

    Source: Amazon EC2 Auto Scaling User Guide, "Amazon SNS notification options for Amazon EC2
    Auto Scaling".
    """

    def __init__(self, scope: Construct, id: str, *, addresses: Sequence[str]) -> None:
        super().__init__(scope, id)
        if not addresses:
            raise BaselineError("addresses is empty; name at least one, so that somebody hears")
        self.key = SecureKey(self, "Key", description="Messages about machines and secrets")
        self.topic = SecureTopic(self, "Topic", key=self.key, display_name="Machines and secrets")
        self.topic.subscribe_email(list(dict.fromkeys(addresses)))
        stack = cdk.Stack.of(self)
        role = (
            f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role/"
            "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        )
        # Named by a condition: a key policy that names a missing role as principal is refused, and
        # the role exists only once the account has used Auto Scaling.
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AutoScalingMessages",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={
                    "ArnEquals": {"aws:PrincipalArn": role},
                    "StringEquals": {"kms:ViaService": f"sns.{stack.region}.amazonaws.com"},
                },
            )
        )
