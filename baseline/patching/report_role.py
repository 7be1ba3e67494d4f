"""PatchReportRole: lets the patch report of the security account read one account."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.identity.roles import SESSION_HOURS
from baseline.identity.trust import one_role
from baseline.primitives.acknowledge import acknowledge


class PatchReportRole(Construct):
    """Lists machines and what their last scan found, and reads nothing else.

    Args:
        scope: parent construct; once per account.
        id: construct ID.
        names: names of the role and its caller.

    Attributes:
        role: the ``aws_iam.Role``.

    Source: Service Authorization Reference, "AWS Systems Manager".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.role = iam.Role(
            self,
            "Role",
            role_name=names.patch_report_role,
            description="Reads which machines of this account lack patches",
            assumed_by=one_role(names.security, names.patch_reporter_role, names.organization_id),
            max_session_duration=cdk.Duration.hours(SESSION_HOURS),
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Machines and their patch compliance",
            statements=[
                iam.PolicyStatement(
                    sid="ReadPatchCompliance",
                    actions=[
                        "ssm:DescribeInstanceInformation",
                        "ssm:ListResourceComplianceSummaries",
                    ],
                    resources=["*"],
                )
            ],
            roles=[self.role],
        )
        acknowledge(
            policy,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "the two calls have no resources to name; they list machines and change nothing"
                )
            },
        )
