"""DosAlarms: somebody hears of it while an attack on availability goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.web_acl import WebAcl
from baseline.edge.zone import check_global

PERIOD_MINUTES = 5
DEVIATIONS = 3
"""Width of the band of expected requests: an alarm is rare in traffic that is like last week's."""

SHIELD = "AWS/DDoSProtection"


class DosAlarms(Construct):
    """Alarms on what an attack on availability shows up as: floods, refusals, errors, no ports left.

    Each method watches one resource and tells the same topic. Requests are compared with what is
    usual for the hour and the day, so there is no number to choose. Nothing is told about a
    resource that is quiet.

    Args:
        scope: parent construct, in the Region of the resources; us-east-1 for distributions.
        id: construct ID.
        topic: told by the alarms, such as ``AlarmTopic.topic``.

    Attributes:
        alarms: construct ID to alarm.

    Source: AWS WAF Developer Guide, "AWS Shield Advanced metrics"; AWS Best Practices for DDoS
    Resiliency, "Metrics and alarms"; Security Hub CloudWatch.15, CloudWatch.17.
    """

    def __init__(self, scope: Construct, id: str, *, topic: sns.ITopic) -> None:
        super().__init__(scope, id)
        self._topic = topic
        self.alarms: dict[str, cloudwatch.AlarmBase] = {}
        implements(self, capability="dos-alarms", controls=["CloudWatch.15", "CloudWatch.17"])

    def watch_web_acl(self, id: str, web_acl: WebAcl, *, blocked: int = 1_000) -> None:
        """Tell when a web ACL blocks many requests.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            web_acl: the web ACL.
            blocked: blocked requests within five minutes; 1,000 by default.
        """
        dimensions = {"WebACL": web_acl.metric_name, "Rule": "ALL"}
        if web_acl.web_acl_scope == "REGIONAL":
            dimensions["Region"] = cdk.Stack.of(self).region
        self._limit(
            f"{id}Blocked",
            "AWS/WAFV2",
            "BlockedRequests",
            dimensions,
            threshold=blocked,
            what=f"{web_acl.node.path} blocks many requests; its log says whose",
        )

    def watch_load_balancer(
        self, id: str, load_balancer: elb.ApplicationLoadBalancer, *, errors: int = 25
    ) -> None:
        """Tell when a load balancer fails, refuses connections, or gets unusually many requests.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            load_balancer: the load balancer.
            errors: answers of 5xx by the load balancer within five minutes; 25 by default.
        """
        dimensions = {"LoadBalancer": load_balancer.load_balancer_full_name}
        path = load_balancer.node.path
        self._limit(
            f"{id}Errors",
            "AWS/ApplicationELB",
            "HTTPCode_ELB_5XX_Count",
            dimensions,
            threshold=errors,
            what=f"{path} answers with errors of its own",
        )
        self._limit(
            f"{id}Refused",
            "AWS/ApplicationELB",
            "RejectedConnectionCount",
            dimensions,
            threshold=1,
            what=f"{path} refuses connections, because it has too many",
        )
        self._unusual(
            f"{id}Requests",
            "AWS/ApplicationELB",
            "RequestCount",
            dimensions,
            what=f"{path} gets more requests than usual",
        )

    def watch_distribution(
        self, id: str, distribution: cloudfront.IDistribution, *, error_percent: int = 5
    ) -> None:
        """Tell when a distribution fails, or gets unusually many requests.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            distribution: the distribution.
            error_percent: share of answers of 5xx within five minutes; 5 by default.

        Raises:
            BaselineError: the stack is not in us-east-1, where CloudFront's metrics are.
        """
        check_global(self, "metrics of distributions")
        dimensions = {"DistributionId": distribution.distribution_id, "Region": "Global"}
        path = distribution.node.path
        self._limit(
            f"{id}Errors",
            "AWS/CloudFront",
            "5xxErrorRate",
            dimensions,
            threshold=error_percent,
            statistic="Average",
            what=f"{path} answers with errors",
        )
        self._unusual(
            f"{id}Requests",
            "AWS/CloudFront",
            "Requests",
            dimensions,
            what=f"{path} gets more requests than usual",
        )

    def watch_api(self, id: str, api: rest.RestApi, *, errors: int = 25) -> None:
        """Tell when a REST API fails, or gets unusually many calls.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            api: the API, such as ``ProtectedApi.api``.
            errors: answers of 5xx within five minutes; 25 by default.
        """
        stage = api.deployment_stage.stage_name
        dimensions = {"ApiName": api.rest_api_name, "Stage": stage}
        self._limit(
            f"{id}Errors",
            "AWS/ApiGateway",
            "5XXError",
            dimensions,
            threshold=errors,
            what=f"{api.node.path} answers with errors",
        )
        self._unusual(
            f"{id}Calls",
            "AWS/ApiGateway",
            "Count",
            dimensions,
            what=f"{api.node.path} gets more calls than usual",
        )

    def watch_nat_gateways(self, id: str, gateways: Sequence[ec2.CfnNatGateway]) -> None:
        """Tell when a NAT gateway has no port left for a connection, such as ``HardenedVpc.nat``'s.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            gateways: the gateways, one per zone.
        """
        for zone, gateway in enumerate(gateways, start=1):
            self._limit(
                f"{id}Ports{zone}",
                "AWS/NATGateway",
                "ErrorPortAllocation",
                {"NatGatewayId": gateway.ref},
                threshold=1,
                what=f"{gateway.node.path} has no port left; something opens many connections",
            )

    def watch_attacks(self, id: str, resource_arn: str) -> None:
        """Tell when Shield Advanced detects an attack on a resource that it protects.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            resource_arn: the protected resource; of a distribution in us-east-1.
        """
        self._limit(
            f"{id}Attack",
            SHIELD,
            "DDoSDetected",
            {"ResourceArn": resource_arn},
            threshold=1,
            statistic="Maximum",
            what="Shield Advanced detects an attack",
        )

    def _limit(
        self,
        id: str,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        *,
        threshold: int,
        what: str,
        statistic: str = "Sum",
    ) -> None:
        self._tell(
            id,
            cloudwatch.Alarm(
                self,
                id,
                alarm_description=what,
                metric=_metric(namespace, metric, dimensions, statistic),
                threshold=threshold,
                evaluation_periods=1,
                comparison_operator=(
                    cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
                ),
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
        )

    def _unusual(
        self, id: str, namespace: str, metric: str, dimensions: Mapping[str, str], *, what: str
    ) -> None:
        self._tell(
            id,
            cloudwatch.AnomalyDetectionAlarm(
                self,
                id,
                alarm_description=what,
                metric=_metric(namespace, metric, dimensions, "Sum"),
                std_devs=DEVIATIONS,
                evaluation_periods=3,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
        )

    def _tell(self, id: str, alarm: cloudwatch.Alarm | cloudwatch.AnomalyDetectionAlarm) -> None:
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        self.alarms[id] = alarm


def _metric(
    namespace: str, name: str, dimensions: Mapping[str, str], statistic: str
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions),
        statistic=statistic,
        period=cdk.Duration.minutes(PERIOD_MINUTES),
    )
