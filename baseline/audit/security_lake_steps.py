"""What Security Lake needs and CloudFormation has no type for: roles, and new accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "security_lake"
TIMEOUT_SECONDS = 120
SOURCE_VERSION = "2.0"
"""Version of every source: OCSF 1.1.0 (Amazon Security Lake User Guide, "Source version")."""
SERVICE_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "lakeformation.amazonaws.com": "AWSServiceRoleForLakeFormationDataAccess",
        "resource-management.securitylake.amazonaws.com": (
            "AWSServiceRoleForSecurityLakeResourceManagement"
        ),
        "securitylake.amazonaws.com": "AWSServiceRoleForSecurityLake",
    }
)
"""Service principals to the roles that lakes need, and that their services may have made before."""


def service_role_arn(names: Names, principal: str) -> str:
    """Give the ARN of a service-linked role of the log archive account."""
    role = f"aws-service-role/{principal}/{SERVICE_ROLES[principal]}"
    return f"arn:{names.partition}:iam::{names.log_archive}:role/{role}"


class LakeRoles(Construct):
    """The service-linked roles of Security Lake and Lake Formation, found or made.

    ``AWS::IAM::ServiceLinkedRole`` fails where a service has made its role. Deleting the stack
    leaves the roles.

    Args:
        scope: parent construct, in a stack of the log archive account.
        id: construct ID.
        names: partition and account.

    Attributes:
        resource: the custom resource, to depend on.

    Source: Amazon Security Lake User Guide, "Using service-linked roles for Security Lake".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        arns = [service_role_arn(names, principal) for principal in SERVICE_ROLES]
        self.resource = _custom_resource(
            self,
            entry="roles",
            description="Makes the service-linked roles of Security Lake where they are absent",
            statements=[
                iam.PolicyStatement(sid="FindRoles", actions=["iam:GetRole"], resources=arns),
                iam.PolicyStatement(
                    sid="MakeRoles",
                    actions=["iam:CreateServiceLinkedRole"],
                    resources=arns,
                    conditions={"StringEquals": {"iam:AWSServiceName": list(SERVICE_ROLES)}},
                ),
            ],
            kind="Custom::SecurityLakeRoles",
            properties={"Roles": dict(SERVICE_ROLES)},
        )
        implements(self, capability="security-lake", controls=[])


class LakeAccounts(Construct):
    """New accounts of the organization contribute to the lake of every governed Region.

    Sources that others chose for new accounts stay. Deleting the stack changes nothing.

    Args:
        scope: parent construct, in a stack of the log archive account, which administers Security
            Lake.
        id: construct ID.
        names: partition and account.
        regions: where there is a lake.
        sources: what new accounts contribute.

    Attributes:
        resource: the custom resource.

    Source: Amazon Security Lake API Reference, "CreateDataLakeOrganizationConfiguration".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        regions: Sequence[str],
        sources: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        account = f"{names.log_archive}:data-lake/default"
        self.resource = _custom_resource(
            self,
            entry="organization",
            description="Has Security Lake take in new accounts",
            statements=[
                iam.PolicyStatement(
                    sid="TakeInAccounts",
                    actions=[
                        "securitylake:CreateDataLakeOrganizationConfiguration",
                        "securitylake:GetDataLakeOrganizationConfiguration",
                    ],
                    resources=[
                        f"arn:{names.partition}:securitylake:{region}:{account}"
                        for region in regions
                    ],
                )
            ],
            kind="Custom::SecurityLakeOrganization",
            properties={
                "Regions": list(regions),
                "Sources": list(sources),
                "Version": SOURCE_VERSION,
            },
        )
        implements(self, capability="security-lake", controls=[])


def _custom_resource(
    scope: Construct,
    *,
    entry: str,
    description: str,
    statements: Sequence[iam.PolicyStatement],
    kind: str,
    properties: Mapping[str, object],
) -> cdk.CustomResource:
    function = HandlerFunction(
        scope,
        "Handler",
        handler=HANDLER,
        entry=entry,
        description=description,
        timeout_seconds=TIMEOUT_SECONDS,
        statements=statements,
    )
    return cdk.CustomResource(
        scope,
        "Resource",
        resource_type=kind,
        service_token=function.function.function_arn,
        # Twice the function's own limit: CloudFormation would wait an hour for a lost answer.
        service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
        properties=dict(properties),
    )
