"""PermissionsBoundary: the most that roles and users of an account can be given."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.guardrails.roles import CONTROL_TOWER, QUALIFIER, STACK_SETS
from baseline.primitives.acknowledge import acknowledge

NEVER = (
    "account:CloseAccount",
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:DeleteAccountPasswordPolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccountPasswordPolicy",
    "iam:UpdateLoginProfile",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
    "organizations:CloseAccount",
    "organizations:LeaveOrganization",
    "organizations:RemoveAccountFromOrganization",
    "sts:AssumeRoot",
)
"""Actions that no identity with the boundary has: credentials, providers, boundaries, leaving."""

GRANTS = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:UpdateAssumeRolePolicy",
)
"""Ways to give permissions to a role or user, which works only where it has the boundary itself.

Source: Service Authorization Reference, IAM, condition key ``iam:PermissionsBoundary``.
"""

ROLE_CHANGES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
POLICY_CHANGES = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:TagPolicy",
    "iam:UntagPolicy",
)


class PermissionsBoundary(Construct):
    """A managed policy that bounds whoever has it: nearly everything, but no way around it.

    An identity with it can make roles and users only if they get it too, and cannot give
    permissions to one that lacks it. It cannot change or take off the boundary, touch or pass the
    roles of the baseline, of the deployment and of break-glass, make credentials or identity
    providers, or leave the organization. A boundary grants nothing: policies still have to.

    What it does not do: stop a role without boundary that was there before from being passed to a
    service. The guardrail ``require-permissions-boundary`` keeps such roles from being made.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        policy_name: physical name, which the guardrail and other policies demand.
        prefix: start of the baseline's physical names.
        break_glass_role: name of the emergency role.

    Attributes:
        policy: the ``aws_iam.ManagedPolicy``.

    Source: IAM User Guide, "Permissions boundaries for IAM entities", "Delegating responsibility to
    others using permissions boundaries".
    """

    def __init__(
        self, scope: Construct, id: str, *, policy_name: str, prefix: str, break_glass_role: str
    ) -> None:
        super().__init__(scope, id)
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=policy_name,
            description="Permissions boundary: no way to more permissions than one has",
            statements=_statements(policy_name, prefix, break_glass_role),
        )
        self.policy.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge(
            self.policy,
            {
                "AwsSolutions-IAM5": (
                    "a boundary grants nothing: it is the limit of what other policies grant, and "
                    "names the actions that it leaves out"
                ),
                "AwsSolutions-IAM5[Resource::*]": (
                    "a limit for resources that nobody knows before; what has to be kept from an "
                    "identity is denied by name"
                ),
                "CloudFormation-Validate::W2512": (
                    "as a boundary the list of what is left out has to hold for services of the future"
                ),
                "CloudFormation-Validate::ADMINISTRATOR_POLICY": (
                    "a boundary grants nothing, and leaves out what would lift it"
                ),
            },
        )
        implements(self, capability="permissions-boundary", controls=["IAM.1"])


def _statements(policy_name: str, prefix: str, break_glass: str) -> list[iam.PolicyStatement]:
    """Give the limit, then what no policy gives back."""
    deployment = [break_glass, CONTROL_TOWER, f"{STACK_SETS}*", f"cdk-{QUALIFIER}-*"]
    return [
        iam.PolicyStatement(sid="Limit", not_actions=list(NEVER), resources=["*"]),
        _deny(
            "OnlyWithTheSameBoundary",
            GRANTS,
            ["*"],
            {"ArnNotEquals": {"iam:PermissionsBoundary": _own(f"policy/{policy_name}")}},
        ),
        _deny(
            "KeepPolicies",
            POLICY_CHANGES,
            [
                _own(f"policy/{name}-*")
                for name in (prefix, f"StackSet-{prefix}", f"cdk-{QUALIFIER}")
            ],
        ),
        _deny(
            "KeepRoles",
            ROLE_CHANGES,
            [_own(f"role/{name}") for name in (*deployment, f"{prefix}-*", f"StackSet-{prefix}-*")],
        ),
        _deny(
            "NoDeployment",
            ["sts:AssumeRole"],
            [f"arn:{cdk.Aws.PARTITION}:iam::*:role/{name}" for name in deployment],
        ),
    ]


def _deny(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: dict[str, dict[str, str]] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        actions=list(actions),
        resources=list(resources),
        conditions=conditions,
    )


def _own(resource: str) -> str:
    return f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:{resource}"
