"""What every backup vault of the baseline has: a policy against losing backups, and a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aws_cdk import aws_iam as iam
from constructs import IConstruct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey

Lock = Literal["governance", "compliance"]
GRACE_DAYS = 3
"""The least that AWS Backup takes. Source: AWS Backup Developer Guide, "AWS Backup Vault Lock"."""

MAXIMUM_DAYS = 36_500
BACKUP = "backup.amazonaws.com"
LOSING = (
    "backup:DeleteBackupVault",
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
)
WEAKENING = ("backup:DeleteBackupVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy")
READING_KEY = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
ACCOUNT_ID_DIGITS = 12


def deny_losing(*, emergency: str, deployers: Sequence[str]) -> list[iam.PolicyStatement]:
    """Deny everyone but the emergency role what loses a backup, and opening the policy.

    Args:
        emergency: ARN of the role that may do it all the same.
        deployers: ARN patterns of the roles that may change the policy besides.
    """
    return [
        _deny("DenyLosingBackups", LOSING, but=[emergency]),
        _deny("DenyWeakeningPolicy", WEAKENING, but=[emergency, *deployers]),
    ]


def let_organization_copy(organization_id: str) -> iam.PolicyStatement:
    """Let every account of the organization copy backups into a vault.

    Source: AWS Backup Developer Guide, "Creating backup copies across AWS accounts".
    """
    return iam.PolicyStatement(
        sid="CopyFromOrganization",
        principals=[iam.AnyPrincipal()],
        actions=["backup:CopyIntoBackupVault"],
        resources=["*"],
        conditions={"StringEquals": {"aws:PrincipalOrgID": organization_id}},
    )


def let_account_copy(partition: str, account: str) -> list[iam.PolicyStatement]:
    """Let AWS Backup of another account read what a key encrypts, to copy it there.

    Source: AWS Backup Developer Guide, "Creating backup copies across AWS accounts" (keys).
    """
    return [
        iam.PolicyStatement(
            sid="CopyBackups",
            principals=[iam.ArnPrincipal(f"arn:{partition}:iam::{account}:root")],
            actions=list(READING_KEY),
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="CopyBackupsByGrant",
            principals=[iam.ArnPrincipal(f"arn:{partition}:iam::{account}:root")],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def share_with_central_vault(key: SecureKey, *, account: str) -> None:
    """Let backups of what a key encrypts be copied into the vault of another account.

    AWS Backup re-encrypts a copy with the key of its vault. For volumes and databases it has to
    read the original with the resource's own key, which is why that has to be shared; without it
    the copy fails, and the failure is told.

    Args:
        key: key of the database, volume or other resource.
        account: ID of the account of the central vault.

    Raises:
        BaselineError: when ``account`` is no account ID.
    """
    if not (account.isdigit() and len(account) == ACCOUNT_ID_DIGITS):
        raise BaselineError(
            f"account is {account!r}; give the ID of the central vault's account, "
            f"{ACCOUNT_ID_DIGITS} digits"
        )
    for statement in let_account_copy(key.key.stack.partition, account):
        key.key.add_to_resource_policy(statement)


def acknowledge_service_policies(role: IConstruct, names: Sequence[str]) -> None:
    """Accept AWS's own policies on a role of AWS Backup.

    Args:
        role: the role.
        names: names of the managed policies.
    """
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]": (
                "AWS keeps this policy for this role and adds what new resource types need"
            )
            for name in names
        },
    )


def _deny(sid: str, actions: Sequence[str], *, but: Sequence[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=["*"],
        conditions={"ArnNotLike": {"aws:PrincipalArn": list(but)}},
    )
