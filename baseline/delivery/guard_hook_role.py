"""GuardHookRole: what the hooks of an account may read, and where they may report."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.names import Names
from baseline.config.template_validation import TemplateValidation
from baseline.delivery.guard_hook_bundles import FOLDER
from baseline.primitives.acknowledge import acknowledge, as_printed

SERVICE = "hooks.cloudformation.amazonaws.com"


class GuardHookRole(Construct):
    """The role of an account's hooks: it reads the rules, and nothing else.

    CloudFormation assumes it for hooks of the account that bear the baseline's name only. It is
    exempt from no guardrail.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the baseline.
        settings: with ``report_bucket`` the role may write objects there, too.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: CloudFormation Hooks User Guide, "Prepare to create a Guard Hook"; CloudFormation User
    Guide, "Activate third-party public extensions" (trust policy of a hook's role).
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, settings: TemplateValidation
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.guard_hook_role,
            description="Hooks of CloudFormation read the rules of template validation",
            assumed_by=iam.ServicePrincipal(
                SERVICE,
                conditions={
                    "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": f"arn:{cdk.Aws.PARTITION}:cloudformation:*:"
                        f"{cdk.Aws.ACCOUNT_ID}:type/hook/{names.hook_organization}-*"
                    },
                },
            ),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Reads the rules of template validation",
            statements=_statements(names, settings),
            roles=[self.role],
        )
        acknowledge(policy, _reasons(names, settings))


def _statements(names: Names, settings: TemplateValidation) -> list[iam.PolicyStatement]:
    bucket = f"arn:{cdk.Aws.PARTITION}:s3:::{names.rule_bucket}"
    found = [
        iam.PolicyStatement(
            sid="ReadRules", actions=["s3:GetObject"], resources=[f"{bucket}/{FOLDER}/*"]
        ),
        iam.PolicyStatement(sid="FindRules", actions=["s3:ListBucket"], resources=[bucket]),
        iam.PolicyStatement(
            sid="DecryptRules",
            actions=["kms:Decrypt"],
            resources=[names.rule_key_pattern],
            conditions={
                "StringEquals": {"kms:ViaService": f"s3.{names.home_region}.amazonaws.com"},
                # A bucket key's context is the bucket, an object's its ARN.
                "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]},
            },
        ),
    ]
    if settings.report_bucket is not None:
        found.append(
            iam.PolicyStatement(
                sid="WriteReports",
                actions=["s3:PutObject"],
                resources=[f"arn:{cdk.Aws.PARTITION}:s3:::{settings.report_bucket}/*"],
            )
        )
    return found


def _reasons(names: Names, settings: TemplateValidation) -> dict[str, str]:
    bucket = f"arn:{cdk.Aws.PARTITION}:s3:::{names.rule_bucket}"
    reasons = {
        f"{bucket}/{FOLDER}/*": "the rules of this version and of those before, and nothing else",
        names.rule_key_pattern: "through S3 and for objects of the one bucket only",
    }
    if settings.report_bucket is not None:
        reports = f"arn:{cdk.Aws.PARTITION}:s3:::{settings.report_bucket}/*"
        reasons[reports] = "the service names its reports by time; writing only"
    return {
        f"AwsSolutions-IAM5[Resource::{as_printed(place)}]": reason
        for place, reason in reasons.items()
    }
