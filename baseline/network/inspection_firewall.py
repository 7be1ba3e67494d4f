"""InspectionFirewall: a network firewall with an endpoint per zone, logged and hard to remove."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_networkfirewall as firewall
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.network.inspection_policy import InspectionPolicy
from baseline.network.network_logs import NetworkLogGroup, allow_log_delivery
from baseline.primitives.handler_function import HandlerFunction

HANDLER = Path(__file__).parent / "handlers" / "network_lookup"
TIMEOUT_SECONDS = 120
FEWEST_ZONES = 2


class InspectionFirewall(Construct):
    """An AWS Network Firewall in several zones, with every log, protected against removal.

    Flow and TLS logs go to the archive; alerts go to an encrypted log group, where alarms read
    them. Deletion, another policy and other subnets are refused by the service while it is
    protected. CloudFormation does not say which endpoint stands in which zone, so a custom
    resource looks it up: a route that leads to another zone's endpoint loses the way back.

    Args:
        scope: parent construct.
        id: construct ID.
        vpc_id: the VPC.
        subnets: inspection subnets, one per zone, in their order.
        policy: the :class:`InspectionPolicy`.
        log_bucket: bucket of the log archive; it admits ``delivery.logs.amazonaws.com``.
        name: physical name, which the service requires; made of the path by default.
        protected: False lets the firewall be changed and removed; True by default. Adding a zone
            needs a deployment without it.

    Attributes:
        resource: the ``CfnFirewall``.
        endpoint_ids: ID of the endpoint of each subnet, in their order.
        alerts: the log group of the alerts.

    Raises:
        BaselineError: when there is one zone only.

    Source: Security Hub NetworkFirewall.1, NetworkFirewall.2, NetworkFirewall.9,
    NetworkFirewall.10; AWS Network Firewall Developer Guide, "Logging network traffic".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        subnets: Sequence[ec2.CfnSubnet],
        policy: InspectionPolicy,
        log_bucket: s3.IBucket,
        name: str | None = None,
        protected: bool = True,
    ) -> None:
        super().__init__(scope, id)
        if len(subnets) < FEWEST_ZONES:
            raise BaselineError(
                f"a firewall needs subnets in at least {FEWEST_ZONES} zones, got {len(subnets)}"
            )
        self.resource = firewall.CfnFirewall(
            self,
            "Resource",
            firewall_name=name
            or cdk.Names.unique_resource_name(self, max_length=100, separator="-"),
            firewall_policy_arn=policy.resource.attr_firewall_policy_arn,
            vpc_id=vpc_id,
            subnet_mappings=[
                firewall.CfnFirewall.SubnetMappingProperty(
                    subnet_id=subnet.ref, ip_address_type="IPV4"
                )
                for subnet in subnets
            ],
            delete_protection=protected,
            subnet_change_protection=protected,
            firewall_policy_change_protection=protected,
        )
        self.alerts = self._create_alert_log()
        self._log(log_bucket)
        self.endpoint_ids = self._look_up(subnets)
        implements(
            self,
            capability="network-firewall",
            controls=[f"NetworkFirewall.{number}" for number in (1, 2, 9, 10)],
        )

    def _create_alert_log(self) -> logs.LogGroup:
        group = NetworkLogGroup(self, "Alerts", retention=logs.RetentionDays.ONE_YEAR).log_group
        allow_log_delivery(group)
        return group

    def _log(self, bucket: s3.IBucket) -> None:
        archive = {"bucketName": bucket.bucket_name}
        destinations = {
            "ALERT": ("CloudWatchLogs", {"logGroup": self.alerts.log_group_name}),
            "FLOW": ("S3", archive),
            "TLS": ("S3", archive),
        }
        configuration = firewall.CfnLoggingConfiguration(
            self,
            "Logging",
            firewall_arn=self.resource.attr_firewall_arn,
            logging_configuration=firewall.CfnLoggingConfiguration.LoggingConfigurationProperty(
                log_destination_configs=[
                    firewall.CfnLoggingConfiguration.LogDestinationConfigProperty(
                        log_type=log_type,
                        log_destination_type=kind,
                        log_destination=destination,
                    )
                    for log_type, (kind, destination) in destinations.items()
                ]
            ),
        )
        configuration.node.add_dependency(self.alerts)

    def _look_up(self, subnets: Sequence[ec2.CfnSubnet]) -> list[str]:
        function = HandlerFunction(
            self,
            "Lookup",
            handler=HANDLER,
            entry="firewall_endpoints",
            description="Finds the endpoint of a network firewall in each subnet",
            timeout_seconds=TIMEOUT_SECONDS,
            statements=[
                iam.PolicyStatement(
                    sid="ReadFirewall",
                    actions=["network-firewall:DescribeFirewall"],
                    resources=[self.resource.attr_firewall_arn],
                )
            ],
        )
        resource = cdk.CustomResource(
            self,
            "Endpoints",
            resource_type="Custom::FirewallEndpoints",
            service_token=function.function.function_arn,
            # Twice the function's own limit: CloudFormation would wait an hour for a lost answer.
            service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
            properties={
                "FirewallArn": self.resource.attr_firewall_arn,
                "SubnetIds": [subnet.ref for subnet in subnets],
            },
        )
        return [
            resource.get_att_string(f"Endpoint{number}") for number in range(1, len(subnets) + 1)
        ]
