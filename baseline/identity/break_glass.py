"""Break-glass: the emergency role of every account, and the users who may assume it."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.identity.mfa_group import MfaGroup
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.circle import principals_of, resources_of

SESSION_HOURS = 1
MFA_AGE_SECONDS = 3600
ADMINISTRATOR = "AdministratorAccess"
WILDCARDS = "*?$"


class BreakGlassAccess(Construct):
    """The role for an emergency: administrator of its account, for an hour, for few named people.

    Its trust names one account and, by name, the principals there. Users need a second factor that
    they gave within the last hour, and their session bears their name, so that the trail of each
    account says who it was. A condition names the users because a principal in a trust has to exist
    already, and would be another one after the user was made again.

    Roles of that account are trusted only if they are named; AWS sees no second factor in federated
    sessions, so the identity provider has to ask for it.

    The role is kept when its stack is deleted: it is the way in when nothing else works.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name, which guardrails exempt.
        account: account of the users and roles: the management account.
        organization_id: organization that they must belong to.
        users: names of the IAM users.
        federated_roles: names of roles, with their paths; none by default.

    Attributes:
        role: the ``aws_iam.Role``.

    Raises:
        BaselineError: when nobody is named, or a name holds a wildcard or a variable.

    Source: IAM User Guide, "Secure API access with MFA" and "sts:RoleSessionName"; AWS
    Well-Architected, SEC03-BP03 "Establish emergency access process".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        account: str,
        organization_id: str,
        users: Sequence[str],
        federated_roles: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        _check(role_name, users, federated_roles)
        trusted: list[iam.PrincipalBase] = []
        if users:
            trusted.append(_users(account, organization_id, users))
        if federated_roles:
            trusted.append(_roles(account, organization_id, federated_roles))
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Emergency access; every use raises an alarm",
            assumed_by=trusted[0] if len(trusted) == 1 else iam.CompositePrincipal(*trusted),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(ADMINISTRATOR)],
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        self.role.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge(
            self.role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{ADMINISTRATOR}]": (
                    "an emergency has no list of actions; named people alone assume the role, with a "
                    "second factor, for an hour, and each use raises an alarm"
                ),
                "CloudFormation-Validate::ADMINISTRATOR_POLICY": (
                    "an emergency has no list of actions; each use raises an alarm"
                ),
            },
        )
        implements(self, capability="break-glass", controls=[])


class BreakGlassUsers(Construct):
    """The users who may assume the emergency role, in the management account, without credentials.

    They are in one group, have no policy of their own and can do nothing but enrol a second factor
    and, with it, assume the role in an account of this organization. Password and devices are given
    by hand, as the runbook says, and never stand in a template.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        group_name: physical name of the group.
        users: names of the users.
        role_name: name of the emergency role.
        organization_id: organization whose roles may be assumed.

    Attributes:
        group: the :class:`MfaGroup`.
        users: the ``aws_iam.User`` by name.

    Raises:
        BaselineError: when nobody is named, or a name holds a wildcard or a variable.

    Source: Security Hub IAM.2.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        group_name: str,
        users: Sequence[str],
        role_name: str,
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        _check(role_name, users, ())
        self.group = MfaGroup(self, "Group", group_name=group_name)
        target = f"arn:{cdk.Aws.PARTITION}:iam::*:role/{role_name}"
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Assume the emergency role of every account of the organization",
            statements=[
                iam.PolicyStatement(
                    sid="AssumeEmergencyRole",
                    actions=["sts:AssumeRole"],
                    resources=[target],
                    conditions={
                        "StringEquals": resources_of(organization_id),
                        "Bool": {"aws:MultiFactorAuthPresent": "true"},
                    },
                )
            ],
            groups=[self.group.group],
        )
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::*:role/{role_name}]": (
                    "the role has one name in every account; a condition keeps it to the accounts "
                    "of this organization, another asks for the second factor"
                )
            },
        )
        self.users = {name: self._user(name) for name in users}
        # The users stay when the stack goes, and with them what makes them useful.
        for kept in (self.group.group, self.group.policy, policy):
            kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(self, capability="break-glass", controls=["IAM.2"])

    def _user(self, name: str) -> iam.User:
        user = iam.User(self, name, user_name=name, groups=[self.group.group])
        user.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return user


def _check(role: str, users: Sequence[str], roles: Sequence[str]) -> None:
    if not users and not roles:
        raise BaselineError(f"nobody may assume the emergency role {role}; name two users")
    for name in (role, *users, *roles):
        if not name or any(sign in name for sign in WILDCARDS):
            raise BaselineError(
                f"{name!r} does not name one user or role; write the name without {WILDCARDS}"
            )


def _users(account: str, organization_id: str, users: Sequence[str]) -> iam.PrincipalBase:
    return _within(account).with_conditions(
        {
            "ArnEquals": {"aws:PrincipalArn": [_arn(account, f"user/{name}") for name in users]},
            "StringEquals": {
                **principals_of(organization_id),
                "sts:RoleSessionName": "${aws:username}",
            },
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThanEquals": {"aws:MultiFactorAuthAge": str(MFA_AGE_SECONDS)},
        }
    )


def _roles(account: str, organization_id: str, roles: Sequence[str]) -> iam.PrincipalBase:
    return _within(account).with_conditions(
        {
            "ArnEquals": {"aws:PrincipalArn": [_arn(account, f"role/{name}") for name in roles]},
            "StringEquals": principals_of(organization_id),
        }
    )


def _within(account: str) -> iam.ArnPrincipal:
    # AccountPrincipal writes the partition out where the stack has an environment: see roles.py.
    return iam.ArnPrincipal(_arn(account, "root"))


def _arn(account: str, resource: str) -> str:
    return f"arn:{cdk.Aws.PARTITION}:iam::{account}:{resource}"
