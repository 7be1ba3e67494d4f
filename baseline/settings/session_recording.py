"""SessionRecording: the key and the log group of the sessions of an account and Region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.circle import principals_of
from baseline.primitives.service_access import service_statement

SESSION_CONTEXT = "kms:EncryptionContext:aws:ssm:SessionId"
"""Session Manager's plug-in and agent send the session with each call for its key."""

ROTATION_DAYS = 365
PENDING_WINDOW_DAYS = 30


class SessionRecording(Construct):
    """Sessions are encrypted end to end, and streamed to a log group under the same key.

    The key is the account's own in each Region: CloudWatch Logs takes no key of another Region,
    an alias is the one name of a key that is known before, and a session of one account can be
    read in no other. Whoever may start a session in the account may use the key for a session, and
    for nothing else; so no role has to be changed for it. A key costs 1 USD a month.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        retention_days: days that the log group keeps sessions; the log archive keeps them longer.

    Attributes:
        key: the ``CfnKey``.
        log_group: the ``CfnLogGroup``.

    Source: AWS Systems Manager User Guide, "Turn on KMS key encryption of session data",
    "Streaming session data using Amazon CloudWatch Logs"; Amazon CloudWatch Logs User Guide,
    "Encrypt log data in CloudWatch Logs using AWS KMS"; session-manager-plugin (encryption
    context).
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, retention_days: int) -> None:
        super().__init__(scope, id)
        # A log group that cannot use its key is refused; and the L2 key writes the account out
        # where the stack has one, which would make another template for the management account.
        self.key = kms.CfnKey(
            self,
            "Key",
            description="Encrypts sessions on instances and their log group",
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            pending_window_in_days=PENDING_WINDOW_DAYS,
            key_policy=iam.PolicyDocument(statements=_key_policy(names)),
        )
        # What was recorded under it could be read no more.
        self.key.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        kms.CfnAlias(
            self, "Alias", alias_name=names.session_key_alias, target_key_id=self.key.attr_key_id
        )
        self.log_group = logs.CfnLogGroup(
            self,
            "Log",
            log_group_name=names.session_log_group,
            kms_key_id=self.key.attr_arn,
            retention_in_days=retention_days,
        )
        self.log_group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        implements(self, capability="session-recording", controls=["KMS.4"])


def _key_policy(names: Names) -> list[iam.PolicyStatement]:
    group = (
        f"arn:{cdk.Aws.PARTITION}:logs:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
        f":log-group:{names.session_log_group}"
    )
    return [
        iam.PolicyStatement(
            sid="Account",
            principals=[
                iam.ArnPrincipal(f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:root")
            ],
            actions=["kms:*"],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="Sessions",
            principals=[iam.AnyPrincipal()],
            # The person's side makes the key of a session, the instance's side opens it.
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            conditions={
                "StringEquals": {
                    "aws:PrincipalAccount": cdk.Aws.ACCOUNT_ID,
                    **principals_of(names.organization_id),
                },
                "Null": {SESSION_CONTEXT: "false"},
            },
        ),
        service_statement(
            f"logs.{cdk.Aws.REGION}.amazonaws.com",
            sid="CloudWatchLogs",
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            resources=["*"],
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
        ),
    ]
