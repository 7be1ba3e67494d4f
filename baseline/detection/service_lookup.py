"""Lookups of what an account has already, or gets now: detector, hub, cost anomaly monitors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge, as_printed
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "service_lookup"
TIMEOUT_SECONDS = 120


class DetectorLookup(Construct):
    """The GuardDuty detector of this account and Region, found or, where there is none, created.

    Designating the account as GuardDuty's delegated administrator creates its detector, and a
    Region has room for one, so ``AWS::GuardDuty::Detector`` would fail. Deleting the stack leaves
    the detector on.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.

    Attributes:
        detector_id: ID of the detector.
        detector_arn: ARN of the detector, for conditions of key policies.

    Source: Amazon GuardDuty API Reference, "CreateDetector".
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        resource = lookup(
            self,
            entry="detector",
            description="Finds the GuardDuty detector of this Region, creates it if absent",
            statements=[
                # Neither action knows resources.
                statement("FindDetector", ["guardduty:CreateDetector", "guardduty:ListDetectors"]),
                service_linked_role(
                    self, "guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty"
                ),
            ],
        )
        self.detector_id = resource.get_att_string("DetectorId")
        stack = cdk.Stack.of(self)
        self.detector_arn = stack.format_arn(
            service="guardduty", resource="detector", resource_name=self.detector_id
        )


class RegionalDetectors(Construct):
    """The detectors of other Regions, found or created, and told to those Regions.

    A template cannot look a detector up, and a function stands in bootstrapped Regions only. So
    the home Region looks, and leaves what templates there need in parameters of the Region:
    the detector's ID, and values of the home Region. They hold no secrets. Deleting the stack
    leaves detectors and parameters.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        regions: the other Regions, at least one.
        detector_parameter: name of the parameter with the detector's ID.
        copies: values of the home Region by the name of their parameter; none by default.

    Attributes:
        resource: the custom resource, to depend on.

    Raises:
        BaselineError: no Region is named.

    Source: AWS CloudFormation User Guide, "Reference existing resources and Systems Manager
    parameters with CloudFormation-supplied parameter types".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        regions: Sequence[str],
        detector_parameter: str,
        copies: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id)
        if not regions:
            raise BaselineError("regions is empty; name the Regions besides the home Region")
        copies = copies or {}
        stack = cdk.Stack.of(self)
        # The Region stands in the condition: each parameter of each Region would not fit a policy.
        parameters = [
            f"arn:{stack.partition}:ssm:*:{stack.account}:parameter{name}"
            for name in (detector_parameter, *copies)
        ]
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{as_printed(parameter)}]": (
                    "the condition names the Regions, and the names of the parameters are exact"
                )
                for parameter in parameters
            },
        )
        self.resource = lookup(
            self,
            entry="detectors",
            description="Finds the GuardDuty detectors of other Regions, creates them if absent",
            statements=[
                # Neither action knows resources.
                statement("FindDetector", ["guardduty:CreateDetector", "guardduty:ListDetectors"]),
                iam.PolicyStatement(
                    sid="TellRegions",
                    actions=["ssm:GetParameter", "ssm:PutParameter"],
                    resources=parameters,
                    conditions={"StringEquals": {"aws:RequestedRegion": list(regions)}},
                ),
                service_linked_role(
                    self, "guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty"
                ),
            ],
            properties={
                "Regions": list(regions),
                "DetectorParameter": detector_parameter,
                "Copies": dict(copies),
            },
        )


class HubLookup(Construct):
    """The Security Hub hub of this account and Region, found or, where there is none, enabled.

    Designating the account as Security Hub's delegated administrator enables Security Hub there,
    and ``AWS::SecurityHub::Hub`` fails where it is enabled already. Controls give one finding
    each, whatever the number of standards; the default standards stay off, because the
    configuration policy names the ones wanted. Deleting the stack leaves the hub on.

    Args:
        scope: parent construct, in a stack of the security account.
        id: construct ID.

    Attributes:
        hub_arn: ARN of the hub; what refers to it waits for the hub.
        resource: the custom resource, to depend on.

    Source: AWS Security Hub User Guide, "Setting up AWS Security Hub" (Organizations
    integration); AWS Security Hub API Reference, "EnableSecurityHub".
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        hub = cdk.Stack.of(self).format_arn(
            service="securityhub", resource="hub", resource_name="default"
        )
        self.resource = lookup(
            self,
            entry="hub",
            description="Finds the Security Hub hub of this Region, enables it if absent",
            statements=[
                iam.PolicyStatement(
                    sid="FindHub",
                    actions=[
                        "securityhub:DescribeHub",
                        "securityhub:EnableSecurityHub",
                        "securityhub:UpdateSecurityHubConfiguration",
                    ],
                    resources=[hub],
                ),
                service_linked_role(
                    self, "securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub"
                ),
            ],
        )
        self.hub_arn = self.resource.get_att_string("HubArn")


class AnomalyMonitorLookup(Construct):
    """The cost anomaly monitors of this account: found or, where there are none, created.

    An account has room for one monitor over AWS services and one over accounts, and Cost Explorer
    makes the first by itself, so ``AWS::CE::AnomalyMonitor`` would fail there. Deleting the stack
    leaves the monitors on.

    Args:
        scope: parent construct, in a stack of the management account: only there a monitor sees
            all accounts.
        id: construct ID.
        by_account: look for the monitor over accounts, too; an account alone has no use for it. On
            by default.

    Attributes:
        service_monitor_arn: ARN of the monitor over AWS services.
        account_monitor_arn: ARN of the monitor over accounts; None without one.

    Source: AWS Cost Management User Guide, "Getting started with AWS Cost Anomaly Detection"
    (monitor types); AWS Billing and Cost Management API Reference, "AnomalyMonitor".
    """

    def __init__(self, scope: Construct, id: str, *, by_account: bool = True) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        monitors = f"arn:{stack.partition}:ce::{stack.account}:anomalymonitor/*"
        resource = lookup(
            self,
            entry="monitors",
            description="Finds the cost anomaly monitors, creates them if absent",
            statements=[
                iam.PolicyStatement(
                    sid="FindMonitors", actions=["ce:GetAnomalyMonitors"], resources=[monitors]
                ),
                # The action knows no resource.
                statement("CreateMonitors", ["ce:CreateAnomalyMonitor"]),
            ],
            properties=None if by_account else {"Dimensions": ["SERVICE"]},
        )
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{monitors}]": (
                    "which monitors this account has is the question; the function reads them only"
                )
            },
        )
        self.service_monitor_arn = resource.get_att_string("ServiceMonitorArn")
        self.account_monitor_arn = (
            resource.get_att_string("AccountMonitorArn") if by_account else None
        )


def lookup(
    scope: Construct,
    *,
    entry: str,
    description: str,
    statements: Sequence[iam.PolicyStatement],
    properties: Mapping[str, object] | None = None,
) -> cdk.CustomResource:
    """Create a custom resource with a function of its own that answers with what it found.

    Args:
        scope: parent construct, which has no other lookup.
        entry: name of the function in the handler; the type of the resource follows from it.
        description: what the function does.
        statements: what it may do.
        properties: what it is asked; nothing by default.
    """
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
        resource_type=f"Custom::{entry.title()}Lookup",
        service_token=function.function.function_arn,
        # Twice the function's own limit: CloudFormation would wait an hour for a lost answer.
        service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
        properties=properties,
    )


def statement(sid: str, actions: Sequence[str]) -> iam.PolicyStatement:
    """Allow actions that know no resource."""
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=["*"])


def service_linked_role(scope: Construct, service: str, name: str) -> iam.PolicyStatement:
    """Allow to create the role of a service, and no other."""
    role = cdk.Stack.of(scope).format_arn(
        service="iam",
        region="",
        resource="role",
        resource_name=f"aws-service-role/{service}/{name}",
    )
    return iam.PolicyStatement(
        sid="CreateServiceLinkedRole",
        actions=["iam:CreateServiceLinkedRole"],
        resources=[role],
        conditions={"StringEquals": {"iam:AWSServiceName": service}},
    )
