"""The identity family: access keys of users and sessions of roles."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.primitives.acknowledge import as_printed
from baseline.response.playbooks.families import DENIES, Family

OWN = f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}"
USERS, ROLES = f"{OWN}:user/*", f"{OWN}:role/*"
UNCHANGEABLE = (f"{OWN}:role/aws-reserved/*", f"{OWN}:role/aws-service-role/*")
"""Roles that AWS keeps for itself: of IAM Identity Center and of services."""
QUARANTINE = f"arn:{cdk.Aws.PARTITION}:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
DENY_ALL = f"arn:{cdk.Aws.PARTITION}:iam::aws:policy/AWSDenyAll"


def statements() -> list[iam.PolicyStatement]:
    """Give what the responder may do: look, deactivate, deny, and delete what a person approved.

    It attaches two policies of AWS and no other; they only deny. IAM knows no condition on what an
    inline policy says, so the roles that the baseline trusts are out of its reach
    (``guards_identities``).
    """
    return [
        _allow(
            "LookAtUsers",
            [
                "iam:GetAccessKeyLastUsed",
                "iam:GetLoginProfile",
                "iam:GetUser",
                "iam:GetUserPolicy",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
                "iam:ListGroupsForUser",
                "iam:ListMFADevices",
                "iam:ListUserPolicies",
            ],
            USERS,
        ),
        _allow(
            "LookAtRoles",
            [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
            ],
            ROLES,
        ),
        _allow(
            "ContainUsers",
            [
                "iam:DeleteAccessKey",
                "iam:DeleteLoginProfile",
                "iam:PutUserPolicy",
                "iam:UpdateAccessKey",
            ],
            USERS,
        ),
        _attach("QuarantineUsers", "iam:AttachUserPolicy", USERS, QUARANTINE),
        _allow("RevokeSessions", ["iam:PutRolePolicy"], ROLES),
        _attach("DenyRoles", "iam:AttachRolePolicy", ROLES, DENY_ALL),
        iam.PolicyStatement(
            sid="LeaveAwsRoles",
            effect=iam.Effect.DENY,
            actions=["iam:AttachRolePolicy", "iam:PutRolePolicy"],
            resources=list(UNCHANGEABLE),
        ),
        _allow("LookAtHistory", ["cloudtrail:LookupEvents", "ec2:DescribeRegions"], "*"),
    ]


def _allow(sid: str, actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[resource])


def _attach(sid: str, action: str, resource: str, policy: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=[action],
        resources=[resource],
        conditions={"ArnEquals": {"iam:PolicyARN": policy}},
    )


FAMILY = Family(
    id="identity",
    title="Compromised access keys and role sessions",
    statements=statements,
    guards_identities=True,
    reasons={
        f"AwsSolutions-IAM5[Resource::{as_printed(USERS)}]": (
            "any user's key can be stolen; keys are deactivated or deleted, and sessions denied, "
            "which gives nobody a right; break-glass users are left alone by the steps"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(ROLES)}]": (
            "any role's session can be stolen; the baseline's own roles, the emergency role and "
            "those of AWS are denied"
        ),
        f"AwsSolutions-IAM5[Resource::{as_printed(UNCHANGEABLE[0])}]": DENIES,
        f"AwsSolutions-IAM5[Resource::{as_printed(UNCHANGEABLE[1])}]": DENIES,
        "AwsSolutions-IAM5[Resource::*]": "event history and list of Regions take no resources",
    },
)
