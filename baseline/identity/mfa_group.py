"""MfaGroup: IAM users that still exist can do nothing before a second factor, but enrol one."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule

OWN_USER = "arn:aws:iam::*:user/${aws:username}"
DEVICES = "arn:aws:iam::*:mfa/*"

BEFORE_THE_SECOND_FACTOR = (
    "iam:ChangePassword",
    "iam:CreateVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetAccountPasswordPolicy",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
    "sts:GetSessionToken",
)
"""What a user needs to set a password, enrol a device and sign in with it; all else waits.

Source: IAM User Guide, "Allows MFA-authenticated IAM users to manage their own credentials".
"""


class MfaGroup(Construct):
    """A group whose members act with a second factor only.

    The denial stands in the group's policy, so it also holds for what other groups and policies of
    the user allow. With access keys the key ``aws:MultiFactorAuthPresent`` is absent: that counts
    as no second factor. Members may enrol a device of their own; they remove one only with one.

    Args:
        scope: parent construct.
        id: construct ID.
        group_name: physical name.

    Attributes:
        group: the ``aws_iam.Group``.
        policy: the managed policy of the group.

    Source: Security Hub IAM.19; CIS AWS Foundations Benchmark, "Ensure multi-factor authentication
    is enabled for all IAM users that have a console password".
    """

    def __init__(self, scope: Construct, id: str, *, group_name: str) -> None:
        super().__init__(scope, id)
        self.group = iam.Group(self, "Group", group_name=group_name)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Own password and second factor; nothing else without a second factor",
            statements=[*_own_credentials(), _nothing_else()],
            groups=[self.group],
        )
        acknowledge(
            self.policy,
            {
                "AwsSolutions-IAM5[Resource::arn:aws:iam::*:user/<aws:username>]": (
                    "the name in the ARN is the caller's own, and a user exists in one account only"
                ),
                f"AwsSolutions-IAM5[Resource::{DEVICES}]": (
                    "the name of a device is chosen at enrolment; a device that nobody's user is "
                    "bound to opens nothing"
                ),
                "AwsSolutions-IAM5[Resource::*]": (
                    "lists and the password policy have no resource, and the denial has to reach all"
                ),
            },
        )
        acknowledge_rule(
            self.group,
            "IAMGroupHasUsers",
            "users join the group by hand or by their own stack; an empty group grants nothing",
            packs=("HIPAA.Security", "PCI.DSS.321"),
        )
        implements(self, capability="mfa-group", controls=["IAM.19"])


def _own_credentials() -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="OwnCredentials",
            actions=[
                "iam:ChangePassword",
                "iam:DeactivateMFADevice",
                "iam:EnableMFADevice",
                "iam:GetUser",
                "iam:ListMFADevices",
                "iam:ResyncMFADevice",
            ],
            resources=[OWN_USER],
        ),
        iam.PolicyStatement(
            sid="NewDevice", actions=["iam:CreateVirtualMFADevice"], resources=[DEVICES]
        ),
        iam.PolicyStatement(
            sid="WhatThePageShows",
            actions=["iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices"],
            resources=["*"],
        ),
    ]


def _nothing_else() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="NothingElseWithoutSecondFactor",
        effect=iam.Effect.DENY,
        not_actions=list(BEFORE_THE_SECOND_FACTOR),
        resources=["*"],
        conditions={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    )
