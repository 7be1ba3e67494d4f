"""Every call that looks at live accounts, with the IAM action that it needs. There is no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

# IAM's prefix of the services whose actions are named as boto3's operations, and these operations.
_READS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "organizations": (
        "organizations",
        (
            "DescribeOrganization",
            "DescribeResourcePolicy",
            "ListAWSServiceAccessForOrganization",
            "ListAccounts",
            "ListAccountsForParent",
            "ListDelegatedAdministrators",
            "ListDelegatedServicesForAccount",
            "ListOrganizationalUnitsForParent",
            "ListPolicies",
            "ListRoots",
            "ListTargetsForPolicy",
        ),
    ),
    "sts": ("sts", ("GetCallerIdentity",)),
    "accessanalyzer": ("access-analyzer", ("ListAnalyzers",)),
    "account": ("account", ("ListRegions",)),
    "cloudformation": (
        "cloudformation",
        ("DescribeOrganizationsAccess", "DescribeStacks", "ListStackSets", "ListStacks"),
    ),
    "cloudtrail": ("cloudtrail", ("DescribeTrails",)),
    "config": ("config", ("DescribeConfigurationRecorders", "DescribeDeliveryChannels")),
    "controltower": (
        "controltower",
        ("GetLandingZone", "ListEnabledBaselines", "ListEnabledControls", "ListLandingZones"),
    ),
    "ec2": (
        "ec2",
        (
            "DescribeAddresses",
            "DescribeVpcs",
            "GetEbsDefaultKmsKeyId",
            "GetEbsEncryptionByDefault",
        ),
    ),
    "events": ("events", ("ListEventBuses",)),
    "guardduty": (
        "guardduty",
        ("GetAdministratorAccount", "ListDetectors", "ListOrganizationAdminAccounts"),
    ),
    "iam": (
        "iam",
        ("GetAccountSummary", "ListGroups", "ListPolicies", "ListRoles", "ListUsers"),
    ),
    "inspector2": ("inspector2", ("ListDelegatedAdminAccounts",)),
    "kms": ("kms", ("ListAliases",)),
    "lambda": ("lambda", ("GetAccountSettings",)),
    "logs": ("logs", ("DescribeLogGroups",)),
    "macie2": ("macie2", ("ListOrganizationAdminAccounts",)),
    "securityhub": (
        "securityhub",
        (
            "DescribeHub",
            "DescribeOrganizationConfiguration",
            "GetAdministratorAccount",
            "ListConfigurationPolicies",
            "ListFindingAggregators",
            "ListOrganizationAdminAccounts",
        ),
    ),
    "service-quotas": ("servicequotas", ("GetServiceQuota",)),
    "sns": ("sns", ("ListTopics",)),
    "ssm": ("ssm", ("DescribeDocument", "GetParameter")),
    "sso-admin": ("sso", ("ListInstances",)),
    "stepfunctions": ("states", ("ListStateMachines",)),
}

# Operations whose action has another name (Service Authorization Reference).
_OTHER_NAMES: Final[dict[tuple[str, str], str]] = {
    ("detective", "ListOrganizationAdminAccounts"): "detective:ListOrganizationAdminAccount",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
}

ACTIONS: Final[dict[tuple[str, str], str]] = {
    **{
        (service, operation): f"{prefix}:{operation}"
        for service, (prefix, operations) in _READS.items()
        for operation in operations
    },
    **_OTHER_NAMES,
}
"""IAM action of every call, by boto3's service and operation."""


def policy(actions: frozenset[str] | None = None) -> dict[str, Any]:
    """Give the IAM policy of a reader: it allows to read and to list, and nothing else.

    Args:
        actions: Some of the actions of the table; all of them by default.
    """
    chosen = set(ACTIONS.values()) if actions is None else set(ACTIONS.values()) & actions
    statement = {
        "Sid": "LookBeforeTheFirstDeployment",
        "Effect": "Allow",
        "Action": sorted(chosen),
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def entering(roles: Sequence[str]) -> dict[str, Any]:
    """Give the statement that lets the management account's reader into the other accounts.

    It is no read, so the policy has it only where roles are named. The sessions are cut down to
    AWS's policy ReadOnlyAccess.
    """
    return {
        "Sid": "EnterTheOtherAccounts",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": [f"arn:aws:iam::*:role/{role}" for role in roles],
        "Condition": {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
    }
