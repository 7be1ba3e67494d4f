"""SecureKey: a rotating customer managed key with bound service statements."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.service_access import Conditions, service_statement

ROTATION_DAYS = (90, 365)
PENDING_WINDOW_DAYS = (7, 30)


class SecureKey(Construct):
    """A symmetric customer managed key that rotates, outlives its stack and admits no one else.

    The key's own account may delegate through IAM; a service gets in only by
    :meth:`allow_service`, bound to the source that it acts for.

    Args:
        scope: parent construct.
        id: construct ID.
        description: what the key encrypts, shown in the console.
        alias: alias, with or without the ``alias/`` prefix; none by default. Give one only where
            another account has to name the key. It stays with the key when the stack goes.
        rotation_days: days between rotations, 90 to 365; yearly by default.
        pending_window_days: days before a scheduled deletion takes place, 7 to 30; 30 by default.
        shorter_window: why the deletion may take place before 30 days; a shorter wait without it is
            refused.

    Attributes:
        key: the ``aws_kms.Key``.

    Raises:
        BaselineError: when a number of days is out of its range, or the wait is shorter than 30
            days and nothing says why.

    Source: Security Hub KMS.4; CIS AWS Foundations Benchmark 5.0.0 3.6; AWS Key Management
    Service Developer Guide, "Rotate AWS KMS keys".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str,
        alias: str | None = None,
        rotation_days: int = 365,
        pending_window_days: int = PENDING_WINDOW_DAYS[1],
        shorter_window: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        _within("rotation_days", rotation_days, ROTATION_DAYS)
        _within("pending_window_days", pending_window_days, PENDING_WINDOW_DAYS)
        if pending_window_days < PENDING_WINDOW_DAYS[1] and not shorter_window:
            raise BaselineError(
                f"pending_window_days is {pending_window_days}; keep {PENDING_WINDOW_DAYS[1]}, in "
                "which a deletion can be noticed and taken back, or say in shorter_window why not"
            )
        self.key = kms.Key(
            self,
            "Key",
            description=description,
            enable_key_rotation=True,
            rotation_period=cdk.Duration.days(rotation_days),
            pending_window=cdk.Duration.days(pending_window_days),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        if alias is not None:
            # Writers in other accounts know only the alias: without it they would fail. One left
            # behind by a failed first deployment would refuse the next.
            self.key.add_alias(alias).apply_removal_policy(
                cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            )

    def allow_service(
        self, service: str, *, sid: str, actions: Sequence[str], conditions: Conditions
    ) -> None:
        """Let a service principal use the key, bound to the source that it acts for.

        Raises:
            BaselineError: when nothing binds the source and the service is no documented
                exception (``baseline.primitives.service_access.EXCEPTIONS``).
        """
        self.key.add_to_resource_policy(
            service_statement(
                service,
                sid=sid,
                actions=actions,
                resources=["*"],
                conditions=conditions,
                exempt=True,
            )
        )

    def allow_log_groups(self, *, name_pattern: str = "*") -> None:
        """Let CloudWatch Logs of this account and Region encrypt log groups with the key.

        Args:
            name_pattern: log group names admitted; all of the account and Region by default.

        Source: Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS
        KMS".
        """
        stack = cdk.Stack.of(self)
        group = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=name_pattern,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.allow_service(
            f"logs.{stack.region}.amazonaws.com",
            sid="CloudWatchLogs",
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
        )


def _within(name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise BaselineError(f"{name} must be between {low} and {high} days, got {value}")
