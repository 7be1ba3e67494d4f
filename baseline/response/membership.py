"""IncidentResponseMembership: AWS's incident responders know the organization before it needs them."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.incident_response import SecurityIncidentResponse
from baseline.controls.registry import implements
from baseline.detection.service_lookup import lookup, statement
from baseline.primitives.acknowledge import acknowledge, as_printed

SERVICE = "security-ir.amazonaws.com"
TRIAGE_SERVICE = f"triage.{SERVICE}"


class IncidentResponseMembership(Construct):
    """The organization's membership in AWS Security Incident Response, found or created.

    It covers every account. Name, team and triage are kept as configured; a membership that
    somebody cancelled is not bought again. Deleting the stack leaves it: a person cancels it.

    Args:
        scope: parent construct, in a stack of the delegated administrator and home Region, where
            cases are kept.
        id: construct ID.
        settings: name, team and whether AWS looks at findings by itself.

    Attributes:
        membership_id: ID of the membership.

    Source: AWS Security Incident Response User Guide, "Enable Security Incident Response using the
    API/CLI"; AWS Security Incident Response API Reference, "CreateMembership".
    """

    def __init__(self, scope: Construct, id: str, *, settings: SecurityIncidentResponse) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        memberships = stack.format_arn(
            service="security-ir", resource="membership", resource_name="*"
        )
        resource = lookup(
            self,
            entry="membership",
            description="Finds the membership in Security Incident Response, creates it if absent",
            statements=[
                # None of them knows resources.
                statement(
                    "FindMembership",
                    [
                        "organizations:DescribeOrganization",
                        "organizations:ListAWSServiceAccessForOrganization",
                        "organizations:ListDelegatedAdministrators",
                        "security-ir:ListMemberships",
                    ],
                ),
                iam.PolicyStatement(
                    sid="KeepMembership",
                    actions=[
                        "security-ir:CreateMembership",
                        "security-ir:GetMembership",
                        "security-ir:UpdateMembership",
                    ],
                    resources=[memberships],
                ),
                self._roles(),
            ],
            properties={
                "Name": settings.name,
                "Team": [
                    {"name": each.name, "jobTitle": each.job_title, "email": each.email}
                    for each in settings.team
                ],
                "Triage": settings.triage,
            },
        )
        self.membership_id = resource.get_att_string("MembershipId")
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(memberships)}]": (
                    "a membership's ID is known when it is made; there is one"
                )
            },
        )
        implements(self, capability="security-incident-response", controls=[])

    def _roles(self) -> iam.PolicyStatement:
        stack = cdk.Stack.of(self)
        role = f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role"
        return iam.PolicyStatement(
            sid="CreateServiceLinkedRoles",
            actions=["iam:CreateServiceLinkedRole"],
            resources=[
                f"{role}/{SERVICE}/AWSServiceRoleForSecurityIncidentResponse",
                f"{role}/{TRIAGE_SERVICE}/AWSServiceRoleForSecurityIncidentResponse_Triage",
            ],
            conditions={"StringEquals": {"iam:AWSServiceName": [SERVICE, TRIAGE_SERVICE]}},
        )
