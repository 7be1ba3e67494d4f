"""InspectorActivation: Inspector is on in its administrator's account before it is configured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.config.inspector import SCANS, InspectorSettings
from baseline.config.regions import code_regions
from baseline.controls.registry import implements
from baseline.organization.polled_provider import PolledProvider
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "inspector_activation"
TIMEOUT_SECONDS = 300
SCAN_TYPES = dict(
    zip(SCANS, ("EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"), strict=True)
)
"""Kind of scan to its name in Inspector's API."""
SERVICES = ("inspector2.amazonaws.com", "agentless.inspector2.amazonaws.com")


class InspectorActivation(Construct):
    """Inspector in this account and every governed Region, switched on and waited for.

    The organization policy switches it on everywhere, the security account included, but it is
    attached last and works in its own time, and Inspector takes suppressions and scan
    configurations only where it is on. A scan that the policy switches off is left off. Deleting
    the stack leaves Inspector on.

    Args:
        scope: parent construct, in a stack of the delegated administrator and home Region.
        id: construct ID.
        settings: which scans are on.
        regions: governed Regions.

    Attributes:
        resource: the custom resource; what configures Inspector depends on it.

    Source: Amazon Inspector API Reference, "Enable", "BatchGetAccountStatus".
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: InspectorSettings, regions: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        statements = self._statements(regions)
        provider = PolledProvider(
            self,
            "Provider",
            on_event=self._function("OnEvent", "on_event", statements),
            is_complete=self._function("IsComplete", "is_complete", statements[:1]),
            query_seconds=30,
        )
        self.resource = cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::InspectorActivation",
            service_token=provider.service_token,
            properties={
                "Account": cdk.Stack.of(self).account,
                "Scans": {region: scan_types(settings, region) for region in regions},
            },
        )
        # The framework's permissions are resources of their own, which nothing refers to.
        self.resource.node.add_dependency(provider)
        implements(self, capability="inspector-activation", controls=[])

    def _statements(self, regions: Sequence[str]) -> list[iam.PolicyStatement]:
        stack = cdk.Stack.of(self)
        role = f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role"
        here = {"StringEquals": {"aws:RequestedRegion": list(regions)}}
        return [
            # Neither action knows resources.
            iam.PolicyStatement(
                sid="SeeInspector",
                actions=["inspector2:BatchGetAccountStatus"],
                resources=["*"],
                conditions=here,
            ),
            iam.PolicyStatement(
                sid="SwitchOn", actions=["inspector2:Enable"], resources=["*"], conditions=here
            ),
            iam.PolicyStatement(
                sid="CreateServiceLinkedRoles",
                actions=["iam:CreateServiceLinkedRole"],
                resources=[
                    f"{role}/{SERVICES[0]}/AWSServiceRoleForAmazonInspector2",
                    f"{role}/{SERVICES[1]}/AWSServiceRoleForAmazonInspector2Agentless",
                ],
                conditions={"StringEquals": {"iam:AWSServiceName": list(SERVICES)}},
            ),
        ]

    def _function(
        self, id: str, entry: str, statements: Sequence[iam.PolicyStatement]
    ) -> HandlerFunction:
        return HandlerFunction(
            self,
            id,
            handler=HANDLER,
            entry=entry,
            description=f"Inspector in this account: {entry.replace('_', ' ')}",
            timeout_seconds=TIMEOUT_SECONDS,
            statements=statements,
        )


def scan_types(settings: InspectorSettings, region: str) -> list[str]:
    """Give the scans that are on in a Region, as Inspector's API names them."""
    offered = {*SCANS} if code_regions([region]) else {*SCANS} - {"repositories"}
    return [
        name for scan, name in SCAN_TYPES.items() if scan in offered and getattr(settings, scan)
    ]
