"""DelegationPolicy: the security account manages organization policies, except the baseline's."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from baseline.config import Names
from baseline.config.delegation import POLICY_TYPES
from baseline.config.quotas import DELEGATION_POLICY_SIZE
from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.organization.protection import PROTECTED_KEY, PROTECTED_VALUE
from baseline.primitives.acknowledge import acknowledge

READ_ORGANIZATION = (
    "organizations:DescribeAccount",
    "organizations:DescribeOrganization",
    "organizations:DescribeOrganizationalUnit",
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListChildren",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListParents",
    "organizations:ListRoots",
    "organizations:ListTagsForResource",
)
READ_POLICIES = (
    "organizations:DescribeEffectivePolicy",
    "organizations:DescribePolicy",
    "organizations:ListPolicies",
    "organizations:ListPoliciesForTarget",
    "organizations:ListTargetsForPolicy",
)
MANAGE_POLICIES = (
    "organizations:AttachPolicy",
    "organizations:CreatePolicy",
    "organizations:DeletePolicy",
    "organizations:DetachPolicy",
    "organizations:EnablePolicyType",
    "organizations:UpdatePolicy",
)
"""Not among them: switching a policy type off, tagging, and changing this policy itself."""

READS_EVERYTHING = (
    "only what is read is granted on everything, to one account; most of these actions have no "
    "resources to name"
)


class DelegationPolicy(Construct):
    """The organization's resource policy: policies of some types are the security account's.

    It reads the organization and the policies of these types, switches the types on, and creates,
    changes, attaches and detaches policies at the root, at units and at accounts. The baseline's own policies are tagged
    ``SecurityBaseline=protected``, and nothing is granted on a policy with that tag: it cannot be
    changed, detached, nor attached elsewhere. Tags are not delegated, so the mark stays. Roles in
    the security account still need the permissions themselves.

    An organization has one resource policy. Where there is one already, CloudFormation refuses to
    make this one. It stays when the stack is deleted.

    Args:
        scope: parent construct, in a stack of the management account.
        id: construct ID.
        names: organization and account IDs.
        root_id: the organization's root.
        policy_types: types that are delegated, such as ``GUARDDUTY_POLICY``.

    Attributes:
        resource: the ``CfnResourcePolicy``.

    Raises:
        BaselineError: no policy type or an unknown one is named, or the policy is too long.

    Source: AWS Organizations User Guide, "Delegated administrator for AWS Organizations" and
    "Resource-based policy examples for AWS Organizations"; Service Authorization Reference, "AWS
    Organizations" (resource tags on policies).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        root_id: str,
        policy_types: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        _check_types(policy_types)
        content = {
            "Version": "2012-10-17",
            "Statement": _statements(names, root_id, list(policy_types)),
        }
        _check_size(content)
        self.resource = organizations.CfnResourcePolicy(self, "Resource", content=content)
        self.resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge(self.resource, {"AwsSolutions-IAM5[Resource::*]": READS_EVERYTHING})
        implements(self, capability="policy-delegation", controls=[])


def _statements(names: Names, root_id: str, types: list[str]) -> list[dict[str, object]]:
    principal = {"AWS": f"arn:{names.partition}:iam::{names.security}:root"}
    owned = f"arn:{names.partition}:organizations::{names.management}"
    within = names.organization_id
    # Organizations sends the type with every call that concerns a policy; resources bound the rest.
    of_these_types = {"StringLikeIfExists": {"organizations:PolicyType": types}}
    return [
        {
            "Sid": "ReadOrganization",
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(READ_ORGANIZATION),
            "Resource": "*",
        },
        {
            "Sid": "ReadPolicies",
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(READ_POLICIES),
            "Resource": "*",
            "Condition": of_these_types,
        },
        {
            "Sid": "ManagePoliciesButTheBaselines",
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(MANAGE_POLICIES),
            "Resource": [
                f"{owned}:root/{within}/{root_id}",
                f"{owned}:ou/{within}/*",
                f"{owned}:account/{within}/*",
                *(f"{owned}:policy/{within}/{kind.lower()}/*" for kind in types),
            ],
            "Condition": {
                **of_these_types,
                "StringNotEquals": {f"aws:ResourceTag/{PROTECTED_KEY}": PROTECTED_VALUE},
            },
        },
    ]


def _check_types(types: Sequence[str]) -> None:
    unknown = [kind for kind in types if kind not in POLICY_TYPES]
    if unknown or not types:
        raise BaselineError(
            f"policy types to delegate are {', '.join(types) or 'none'}; name at least one, of "
            f"{', '.join(POLICY_TYPES)}"
        )


def _check_size(content: object) -> None:
    size = len(json.dumps(content))
    if size > DELEGATION_POLICY_SIZE:
        raise BaselineError(
            f"the delegation policy has {size} characters, Organizations takes "
            f"{DELEGATION_POLICY_SIZE}; delegate fewer policy types"
        )
