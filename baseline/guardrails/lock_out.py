"""What the baseline's own roles must always be able to do, whatever guardrails a unit has.

A guardrail that stops the deployment can be repaired from the management account only; one that
stops break-glass or the response is found out at the worst moment. So this is checked at synth.

Source: the actions that the stacks of this project need when CloudFormation creates, changes and
reads their resources (CloudFormation resource schemas, handlers' permissions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from baseline.guardrails.model import RoleClass
from baseline.guardrails.request import Request
from baseline.guardrails.roles import Roles

EDGE_REGION = "us-east-1"

_DEPLOYMENT = (
    "cloudformation:CreateChangeSet",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
    "ec2:CreateVpc",
    "events:PutRule",
    "guardduty:CreatePublishingDestination",
    "guardduty:UpdatePublishingDestination",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "kms:CreateKey",
    "kms:PutKeyPolicy",
    "lambda:CreateFunction",
    "logs:PutRetentionPolicy",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "securityhub:StartConfigurationPolicyAssociation",
    "securityhub:UpdateConfigurationPolicy",
    "securityhub:UpdateFindingAggregator",
    "securityhub:UpdateOrganizationConfiguration",
    "sns:SetTopicAttributes",
    "sts:AssumeRole",
)
_EMERGENCY = (
    "cloudtrail:StartLogging",
    "cloudtrail:UpdateTrail",
    "ec2:StopInstances",
    "guardduty:UpdateDetector",
    "iam:CreateRole",
    "iam:DeleteAccessKey",
    "kms:PutKeyPolicy",
    "s3:PutBucketPolicy",
    "securityhub:UpdateSecurityHubConfiguration",
)
_SETTINGS = (
    "account:PutAlternateContact",
    "ec2:EnableEbsEncryptionByDefault",
    "ec2:RevokeSecurityGroupIngress",
    "iam:UpdateAccountPasswordPolicy",
    "ssm:UpdateDocument",
)
_RESPONSE = (
    "ec2:CreateSnapshot",
    "ec2:ModifyInstanceAttribute",
    "iam:PutRolePolicy",
    "iam:UpdateAccessKey",
)
NEEDS: Mapping[RoleClass, tuple[str, ...]] = {
    RoleClass.DEPLOYERS: _DEPLOYMENT,
    RoleClass.BREAK_GLASS: _EMERGENCY,
    RoleClass.SERVICE_ROLES: _SETTINGS,
    RoleClass.RESPONDERS: _RESPONSE,
}
"""Role class to the actions that it needs in every governed Region."""

_BEYOND = frozenset({RoleClass.DEPLOYERS, RoleClass.BREAK_GLASS})
"""Classes that also work in North Virginia, where the edge stands."""


def requests_of(
    roles: Roles, accounts: Mapping[str, str], regions: Sequence[str]
) -> Iterator[tuple[str, Request]]:
    """Give the requests that must be allowed, each with the reason.

    Resources are those that guardrails protect, so that the exemption is what lets them pass.

    Args:
        roles: The organization's roles.
        accounts: ``member`` and the core accounts, to their IDs.
        regions: Governed Regions.
    """
    for role_class, actions in NEEDS.items():
        places = dict.fromkeys([*regions, *([EDGE_REGION] if role_class in _BEYOND else [])])
        for principal in roles.examples(role_class, accounts["member"]):
            for region in places:
                for action in actions:
                    yield (
                        f"{role_class.value} need it",
                        Request(
                            principal_arn=principal,
                            action=action,
                            region=region,
                            resource=_resource(action, roles.prefix, accounts),
                            context=_context(action, roles.prefix),
                        ),
                    )


def _resource(action: str, prefix: str, accounts: Mapping[str, str]) -> str:
    """Give the resource of an action: one that a guardrail of the catalog protects, if any."""
    archive = accounts["log_archive"]
    home = "eu-west-1"
    return {
        "s3": f"arn:aws:s3:::{prefix}-org-logs-{archive}-{home}",
        "logs": f"arn:aws:logs:{home}:{archive}:log-group:{prefix}-cloudtrail",
        "cloudtrail": f"arn:aws:cloudtrail:{home}:{accounts['management']}:trail/{prefix}-org-trail",
        "kms": f"arn:aws:kms:{home}:{archive}:key/00000000-0000-0000-0000-000000000000",
    }.get(action.partition(":")[0], "*")


def _context(action: str, prefix: str) -> dict[str, list[str]]:
    """Give the condition keys of an action: the alias of a protected key."""
    return {"kms:ResourceAliases": [f"alias/{prefix}-logs"]} if action.startswith("kms:") else {}
