"""Roles in every account for auditors and for account settings, and the auditors' way to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.identity.log_reading import log_statements, wildcard_resources
from baseline.identity.settings_permissions import settings_statements, settings_wildcards
from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.assume_role import ONE_NAME_EVERYWHERE, assume_in_organization
from baseline.primitives.circle import is_organization

SESSION_HOURS = 1
SECURITY_AUDIT = "SecurityAudit"


class AuditRole(Construct):
    """Reads an account's security settings, never its data, for one role of the security account.

    It has AWS's job-function policy SecurityAudit, which AWS extends when services appear.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name.
        trusted_account: the security account.
        trusted_role: name of the role there that may assume this one.
        organization_id: organization that the caller must belong to.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: IAM User Guide, "AWS managed policies for job functions".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        trusted_account: str,
        trusted_role: str,
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        policy = iam.ManagedPolicy.from_aws_managed_policy_name(SECURITY_AUDIT)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Reads the security settings of this account",
            assumed_by=one_role(trusted_account, trusted_role, organization_id),
            managed_policies=[policy],
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        acknowledge(
            self.role,
            {
                f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{SECURITY_AUDIT}]": (
                    "a list of read actions of our own would miss every new service; SecurityAudit "
                    "reads settings, not data, and one role alone may assume this one"
                )
            },
        )


class SettingsRole(Construct):
    """Keeps the account settings that no policy and no CloudFormation type covers.

    The trust names the security account with the caller's role as a condition, because a trust
    that names a role fails while that role does not exist.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        role_name: physical name.
        trusted_account: the security account.
        trusted_role: name of the reconciler's role there.
        organization_id: organization that the caller must belong to.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        role_name: str,
        trusted_account: str,
        trusted_role: str,
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Applies account settings that CloudFormation cannot",
            assumed_by=one_role(trusted_account, trusted_role, organization_id),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Account settings",
            statements=settings_statements(standalone=not is_organization(organization_id)),
            roles=[self.role],
        )
        acknowledge(policy, _wildcard_reasons())


class AuditReaderRole(Construct):
    """People of the security account who may read settings and logs of every account, with MFA.

    Who may assume it is decided in the security account, by a policy on the person's own role or
    user. A session without MFA in its context (most federated ones) is refused.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.
        role_name: physical name, which the audit roles trust.
        audit_role: name of the audit role in every account.
        organization_id: organization whose audit roles may be assumed.

    Attributes:
        role: the ``aws_iam.Role``.
    """

    def __init__(
        self, scope: Construct, id: str, *, role_name: str, audit_role: str, organization_id: str
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description="Assumes the audit role of every account",
            assumed_by=iam.AccountPrincipal(stack.account).with_conditions(
                {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
            ),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        target = f"arn:{stack.partition}:iam::*:role/{audit_role}"
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Assume the audit role of every account of the organization",
            statements=[
                assume_in_organization(
                    "AssumeAuditRoles", role_arn=target, organization_id=organization_id
                )
            ],
            roles=[self.role],
        )
        acknowledge(
            policy,
            {f"AwsSolutions-IAM5[Resource::{target}]": ONE_NAME_EVERYWHERE},
        )

    def read_logs(
        self, *, buckets: Sequence[str], keys: Sequence[str], regions: Sequence[str] = ()
    ) -> None:
        """Let the role read log buckets of another account, whose policies name it.

        What another account's bucket and key admit, a policy of the role itself has to allow too.

        Args:
            buckets: names of the buckets, or patterns of them.
            keys: ARNs, or ARN patterns, of the keys that the logs are encrypted with.
            regions: Regions of the encrypted buckets; this one by default.
        """
        policy = iam.ManagedPolicy(
            self,
            "Logs",
            description="Read the log archive",
            statements=log_statements(
                cdk.Stack.of(self), buckets=buckets, keys=keys, regions=regions
            ),
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                f"AwsSolutions-IAM5[Resource::{resource}]": (
                    "logs and keys have names that nobody knows before; the actions only read, and "
                    "the bucket and key policies of the log archive decide on which"
                )
                for resource in wildcard_resources(buckets, keys)
            },
        )


def _wildcard_reasons() -> Mapping[str, str]:
    return {
        f"AwsSolutions-IAM5[Resource::{resource}]": (
            "account settings have no resources, and default resources have IDs that nobody "
            "knows before; the actions are named one by one, in this account only"
        )
        for resource in settings_wildcards()
    }
