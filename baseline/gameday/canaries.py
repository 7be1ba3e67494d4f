"""CanaryUsers: IAM users whose access keys nobody has a reason to use."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.credentials import ExemptTag
from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge_rule

DENY_ALL = "AWSDenyAll"
LURE = (
    "the user is a lure: its boundary denies everything, whatever somebody attaches, and the use of "
    "its key is told as critical"
)


class CanaryUsers(Construct):
    """Users that can do nothing and have no credentials; somebody makes a key by hand and leaves it.

    The boundary AWSDenyAll denies every action, whatever group or policy somebody adds. The trail
    records who tried, and :func:`event_patterns.canary_use` tells it, calls that only read included.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.
        users: names of the users.
        exempt_tag: tag that keeps the rotation of access keys from replacing the lure.

    Attributes:
        users: the ``aws_iam.CfnUser`` by name.

    Source: IAM User Guide, "Permissions boundaries for IAM entities".
    """

    def __init__(
        self, scope: Construct, id: str, *, users: Sequence[str], exempt_tag: ExemptTag
    ) -> None:
        super().__init__(scope, id)
        boundary = f"arn:{cdk.Aws.PARTITION}:iam::aws:policy/{DENY_ALL}"
        self.users = {name: self._create_user(name, boundary, exempt_tag) for name in users}
        implements(self, capability="canary-keys", controls=[])

    def _create_user(self, name: str, boundary: str, exempt_tag: ExemptTag) -> iam.CfnUser:
        user = iam.CfnUser(
            self,
            name,
            user_name=name,
            permissions_boundary=boundary,
            tags=[cdk.CfnTag(key=exempt_tag.key, value=exempt_tag.value)],
        )
        acknowledge_rule(user, "IAMUserGroupMembership", LURE)
        return user
