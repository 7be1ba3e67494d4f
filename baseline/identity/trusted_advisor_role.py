"""TrustedAdvisorRole: lets the Trusted Advisor sweep of the security account read one account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.names import Names
from baseline.identity.roles import SESSION_HOURS
from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge

PRODUCT = "arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


class TrustedAdvisorRole(Construct):
    """Reads and refreshes the checks of Trusted Advisor, and imports what they say as findings.

    Support cases, which may hold anything, are out of its reach. Findings are imported as those of
    the account itself, in the home Region only.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the role and its caller.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: AWS Support User Guide, "Manage access to AWS Trusted Advisor".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.trusted_advisor_role,
            description="Reads the checks of Trusted Advisor of this account",
            assumed_by=one_role(
                names.security, names.trusted_advisor_reader_role, names.organization_id
            ),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        home = names.home_region
        product = PRODUCT.format(
            partition=cdk.Aws.PARTITION, region=home, account=cdk.Aws.ACCOUNT_ID
        )
        hub = f"arn:{cdk.Aws.PARTITION}:securityhub:{home}:{cdk.Aws.ACCOUNT_ID}:hub/default"
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Checks of Trusted Advisor",
            statements=[
                iam.PolicyStatement(
                    sid="ReadChecks",
                    actions=[
                        "support:DescribeTrustedAdvisorCheckResult",
                        "support:DescribeTrustedAdvisorChecks",
                        "support:RefreshTrustedAdvisorCheck",
                    ],
                    resources=["*"],
                ),
                iam.PolicyStatement(
                    sid="SeeFindings", actions=["securityhub:GetFindings"], resources=[hub]
                ),
                iam.PolicyStatement(
                    sid="ImportFindings",
                    actions=["securityhub:BatchImportFindings"],
                    resources=[product],
                ),
            ],
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "AWS Support has no resources to name; the actions read and refresh checks only"
                )
            },
        )
