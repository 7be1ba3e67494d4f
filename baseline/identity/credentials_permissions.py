"""What the credentials role may do in an account: reads always, changes only where configured."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

READ_USERS = [
    "iam:GetAccessKeyLastUsed",
    "iam:GetLoginProfile",
    "iam:ListAccessKeys",
    "iam:ListUserTags",
]
CHANGE_KEYS = ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"]
REMOVE_PASSWORDS = ["iam:DeleteLoginProfile"]
STORE_KEYS = [
    "secretsmanager:CreateSecret",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RestoreSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
]
"""Not GetSecretValue: what is stored, only its owner reads."""

_USERS = "arn:{partition}:iam::{account}:user/*"
_SECRETS = "arn:{partition}:secretsmanager:{region}:{account}:secret:{prefix}*"


def credentials_statements(
    *, secret_prefix: str, home_region: str, change_keys: bool, remove_passwords: bool
) -> list[iam.PolicyStatement]:
    """Give the statements of the credentials role.

    Args:
        secret_prefix: start of the names of the secrets.
        home_region: Region of the secrets.
        change_keys: access keys are rotated and deactivated.
        remove_passwords: unused passwords are removed.
    """
    users, secrets = _resources(secret_prefix, home_region, cdk.Aws.PARTITION, cdk.Aws.ACCOUNT_ID)
    statements = [
        # IAM lists users without a resource.
        _allow("ListUsers", ["iam:ListUsers"], "*"),
        _allow("ReadUsers", READ_USERS, users),
        _allow("SeeSecrets", ["secretsmanager:DescribeSecret"], secrets),
    ]
    if change_keys:
        statements.append(_allow("ChangeAccessKeys", CHANGE_KEYS, users))
        statements.append(_allow("StoreAccessKeys", STORE_KEYS, secrets))
    if remove_passwords:
        statements.append(_allow("RemovePasswords", REMOVE_PASSWORDS, users))
    return statements


def credentials_wildcards(*, secret_prefix: str, home_region: str) -> list[str]:
    """Give the resources with a wildcard, as cdk-nag writes them."""
    found = _resources(secret_prefix, home_region, "<AWS::Partition>", "<AWS::AccountId>")
    return ["*", *found]


def _resources(prefix: str, region: str, partition: str, account: str) -> tuple[str, str]:
    return (
        _USERS.format(partition=partition, account=account),
        _SECRETS.format(partition=partition, account=account, region=region, prefix=prefix),
    )


def _allow(sid: str, actions: list[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[resource])
