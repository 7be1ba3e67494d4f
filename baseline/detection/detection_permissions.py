"""What the membership function may do: administer the services that are on, and delete nothing."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from baseline.config import Configuration, Names

Conditions = dict[str, dict[str, object]]

MACIE_ACTIONS = (
    "DescribeOrganizationConfiguration",
    "EnableMacie",
    "GetAutomatedDiscoveryConfiguration",
    "GetClassificationExportConfiguration",
    "GetFindingsPublicationConfiguration",
    "GetMacieSession",
    "GetSensitivityInspectionTemplate",
    "ListAllowLists",
    "ListCustomDataIdentifiers",
    "PutClassificationExportConfiguration",
    "PutFindingsPublicationConfiguration",
    "UpdateAutomatedDiscoveryConfiguration",
    "UpdateMacieSession",
    "UpdateMemberSession",
    "UpdateOrganizationConfiguration",
    "UpdateSensitivityInspectionTemplate",
)
"""Actions without a resource, and one more: all of them concern this account's own Macie."""

MACIE_MEMBER_ACTIONS = ("CreateMember", "GetMember")
DETECTIVE_ACTIONS = (
    "CreateMembers",
    "DescribeOrganizationConfiguration",
    "GetMembers",
    "ListDatasourcePackages",
    "StartMonitoringMember",
    "UpdateDatasourcePackages",
    "UpdateOrganizationConfiguration",
)

INSPECTOR_ACTIONS = (
    "AssociateMember",
    "BatchGetAccountStatus",
    "GetConfiguration",
    "GetEc2DeepInspectionConfiguration",
    "GetMember",
    "ListCoverage",
    "UpdateConfiguration",
    "UpdateOrgEc2DeepInspectionConfiguration",
)
"""None of them knows resources."""


def statements(configuration: Configuration, names: Names) -> list[iam.PolicyStatement]:
    """Give the statements of the services that are on, bound to the governed Regions."""
    capabilities = configuration.capabilities
    here: Conditions = {"StringEquals": {"aws:RequestedRegion": list(configuration.regions)}}
    found = [
        iam.PolicyStatement(
            sid="FindRootAddress",
            actions=["organizations:DescribeAccount"],
            resources=[_accounts(names)],
        )
    ]
    if capabilities.macie.enabled:
        found += [
            _allow("AdministerMacie", [f"macie2:{name}" for name in MACIE_ACTIONS], "*", here),
            _allow(
                "AddMacieMembers",
                [f"macie2:{name}" for name in MACIE_MEMBER_ACTIONS],
                _members(names),
                here,
            ),
            _service_role(names, "macie.amazonaws.com", "AWSServiceRoleForAmazonMacie"),
        ]
    if capabilities.detective.enabled:
        found += [
            _allow("FindGraphs", ["detective:ListGraphs"], "*", here),
            _allow(
                "AdministerDetective",
                [f"detective:{name}" for name in DETECTIVE_ACTIONS],
                _graphs(names),
                here,
            ),
        ]
    if capabilities.inspector.enabled:
        actions = [f"inspector2:{name}" for name in INSPECTOR_ACTIONS]
        found.append(_allow("AdministerInspector", actions, "*", here))
    if _tells_of_gaps(configuration):
        found += [
            _allow("SeeFindings", ["securityhub:GetFindings"], _hub(names), here),
            _allow("TellOfGaps", ["securityhub:BatchImportFindings"], _product(names), here),
        ]
    return found


def wildcard_reasons(configuration: Configuration, names: Names) -> dict[str, str]:
    """Give, for each wildcard in the statements, why it stands there (cdk-nag finding to reason)."""
    capabilities = configuration.capabilities
    reasons = {_accounts(names): "any account of the organization can become a member"}
    if capabilities.macie.enabled:
        reasons[_members(names)] = (
            "any account of the organization can become a member, in every governed Region"
        )
    if capabilities.detective.enabled:
        reasons[_graphs(names)] = "AWS chooses the graph's ID; there is one in each Region"
    if _tells_of_gaps(configuration):
        for arn in (_hub(names), _product(names)):
            reasons[arn] = "Security Hub of this account, in the Regions that the condition names"
    return {f"AwsSolutions-IAM5[Resource::{arn}]": reason for arn, reason in reasons.items()}


def _accounts(names: Names) -> str:
    return (
        f"arn:{names.partition}:organizations::{names.management}:account/{names.organization_id}/*"
    )


def _members(names: Names) -> str:
    return f"arn:{names.partition}:macie2:*:{names.security}:member/*"


def _graphs(names: Names) -> str:
    return f"arn:{names.partition}:detective:*:{names.security}:graph:*"


def _tells_of_gaps(configuration: Configuration) -> bool:
    capabilities = configuration.capabilities
    return capabilities.inspector.enabled and capabilities.security_hub.enabled


def _hub(names: Names) -> str:
    return f"arn:{names.partition}:securityhub:*:{names.security}:hub/default"


def _product(names: Names) -> str:
    return f"arn:{names.partition}:securityhub:*:{names.security}:product/{names.security}/default"


def _service_role(names: Names, service: str, name: str) -> iam.PolicyStatement:
    role = f"arn:{names.partition}:iam::{names.security}:role/aws-service-role/{service}/{name}"
    condition: Conditions = {"StringEquals": {"iam:AWSServiceName": service}}
    return _allow("CreateServiceLinkedRole", ["iam:CreateServiceLinkedRole"], role, condition)


def _allow(
    sid: str, actions: list[str], resource: str, conditions: Conditions
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=actions, resources=[resource], conditions=conditions
    )
