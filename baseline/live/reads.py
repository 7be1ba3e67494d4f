"""Every call that looks at live accounts, with the IAM action that it needs. There is no other."""

from __future__ import annotations

from typing import Any, Final

# IAM's prefix of the services whose actions are named as boto3's operations, and these operations.
_READS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "organizations": (
        "organizations",
        (
            "DescribeOrganization",
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
}

# Operations whose action has another name (Service Authorization Reference).
_OTHER_NAMES: Final[dict[tuple[str, str], str]] = {}

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
