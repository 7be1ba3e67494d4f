"""The Shield Response Team: what it may do in an account, and whom it calls."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_shield as shield
from constructs import Construct

from baseline.edge.shield_choices import EmergencyContact
from baseline.primitives.acknowledge import acknowledge

RESPONSE_TEAM = "drt.shield.amazonaws.com"
RESPONSE_TEAM_POLICY = "service-role/AWSShieldDRTAccessPolicy"


def admit_response_team(scope: Construct) -> iam.Role:
    """Let the response team read protections and change web ACLs during an attack.

    Args:
        scope: a construct of the account, once per account.

    Source: AWS WAF Developer Guide, "Granting access for the SRT".
    """
    role = iam.Role(
        scope,
        "ResponseTeam",
        description="The Shield Response Team reads protections and changes web ACLs with it",
        assumed_by=iam.ServicePrincipal(RESPONSE_TEAM),
        managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(RESPONSE_TEAM_POLICY)],
    )
    acknowledge(
        role,
        {
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{RESPONSE_TEAM_POLICY}]": (
                "AWS demands this policy for its response team, which was asked for by name"
            )
        },
    )
    shield.CfnDRTAccess(scope, "Access", role_arn=role.role_arn)
    return role


def call(scope: Construct, contacts: Sequence[EmergencyContact]) -> shield.CfnProactiveEngagement:
    """Let the response team call people when a health check fails during an attack.

    Args:
        scope: a construct of the account, once per account.
        contacts: whom it calls.

    Source: AWS WAF Developer Guide, "Setting up proactive engagement for the SRT to contact you
    directly".
    """
    types = shield.CfnProactiveEngagement
    return types(
        scope,
        "Engagement",
        proactive_engagement_status="ENABLED",
        emergency_contact_list=[
            types.EmergencyContactProperty(
                email_address=contact.email,
                phone_number=contact.phone,
                contact_notes=contact.notes,
            )
            for contact in contacts
        ],
    )
