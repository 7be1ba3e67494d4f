"""DosAlarms: somebody hears of it while an attack on availability goes on."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.dos_metrics import Watched, limit_alarm, unusual_alarm
from baseline.edge.web_acl import WebAcl
from baseline.edge.zone import check_global

ALB = "AWS/ApplicationELB"
API = "AWS/ApiGateway"
CLOUDFRONT = "AWS/CloudFront"
NAT = "AWS/NATGateway"
SHIELD = "AWS/DDoSProtection"
WAF = "AWS/WAFV2"

MORE_REQUESTS = "gets more requests than usual"


class DosAlarms(Construct):
    """Alarms on what an attack on availability shows up as: floods, refusals, errors, no ports left.

    Each method watches one resource and tells the same topic. Requests are compared with what is
    usual for the hour and the day, so there is no number to choose. Nothing is told about a
    resource that is quiet. What an attack costs is told by :class:`~baseline.edge.cost_alarm.EdgeCost`,
    and a group of machines that grows by :class:`~baseline.edge.surge_capacity.SurgeCapacity`.

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
        what = f"{web_acl.node.path} blocks many requests; its log says whose"
        watched = Watched(namespace=WAF, name="BlockedRequests", dimensions=dimensions, what=what)
        self._limit(f"{id}Blocked", watched, blocked)

    def watch_load_balancer(
        self,
        id: str,
        load_balancer: elb.ApplicationLoadBalancer,
        *,
        errors: int = 25,
        failures: int = 25,
    ) -> None:
        """Tell when a load balancer or what is behind it fails, refuses, or gets unusually much.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            load_balancer: the load balancer.
            errors: answers of 5xx by the load balancer within five minutes; 25 by default.
            failures: answers of 5xx by the application within five minutes; 25 by default.
        """
        dimensions = {"LoadBalancer": load_balancer.load_balancer_full_name}
        path = load_balancer.node.path

        def of(name: str, what: str) -> Watched:
            return Watched(namespace=ALB, name=name, dimensions=dimensions, what=f"{path} {what}")

        answers = of("HTTPCode_ELB_5XX_Count", "answers with errors of its own")
        self._limit(f"{id}Errors", answers, errors)
        passed_on = of("HTTPCode_Target_5XX_Count", "passes on errors of the application")
        self._limit(f"{id}Failures", passed_on, failures)
        refused = of("RejectedConnectionCount", "refuses connections, because it has too many")
        self._limit(f"{id}Refused", refused, 1)
        self._unusual(f"{id}Requests", of("RequestCount", MORE_REQUESTS))

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
        rate = Watched(
            namespace=CLOUDFRONT,
            name="5xxErrorRate",
            dimensions=dimensions,
            what=f"{path} answers with errors",
            statistic="Average",
        )
        self._limit(f"{id}Errors", rate, error_percent)
        requests = Watched(
            namespace=CLOUDFRONT,
            name="Requests",
            dimensions=dimensions,
            what=f"{path} {MORE_REQUESTS}",
        )
        self._unusual(f"{id}Requests", requests)

    def watch_api(self, id: str, api: rest.RestApi, *, errors: int = 25) -> None:
        """Tell when a REST API fails, or gets unusually many calls.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            api: the API, such as ``ProtectedApi.api``.
            errors: answers of 5xx within five minutes; 25 by default.
        """
        stage = api.deployment_stage.stage_name
        dimensions = {"ApiName": api.rest_api_name, "Stage": stage}
        self._watch_calls(id, api.node.path, dimensions, error_metric="5XXError", errors=errors)

    def watch_http_api(self, id: str, stage: http.IHttpStage, *, errors: int = 25) -> None:
        """Tell when an HTTP API fails, or gets unusually many calls.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            stage: its stage, such as ``ProtectedHttpApi.stage``.
            errors: answers of 5xx within five minutes; 25 by default.
        """
        dimensions = {"ApiId": stage.api.api_id, "Stage": stage.stage_name}
        self._watch_calls(id, stage.node.path, dimensions, error_metric="5xx", errors=errors)

    def watch_nat_gateways(self, id: str, gateways: Sequence[ec2.CfnNatGateway]) -> None:
        """Tell when a NAT gateway has no port left for a connection, such as ``HardenedVpc.nat``'s.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            gateways: the gateways, one per zone.
        """
        for zone, gateway in enumerate(gateways, start=1):
            watched = Watched(
                namespace=NAT,
                name="ErrorPortAllocation",
                dimensions={"NatGatewayId": gateway.ref},
                what=f"{gateway.node.path} has no port left; something opens many connections",
            )
            self._limit(f"{id}Ports{zone}", watched, 1)

    def watch_attacks(self, id: str, resource_arn: str) -> None:
        """Tell when Shield Advanced detects an attack on a resource that it protects.

        Args:
            id: construct ID in PascalCase, unique on these alarms.
            resource_arn: the protected resource; of a distribution in us-east-1.
        """
        watched = Watched(
            namespace=SHIELD,
            name="DDoSDetected",
            dimensions={"ResourceArn": resource_arn},
            what="Shield Advanced detects an attack",
            statistic="Maximum",
        )
        self._limit(f"{id}Attack", watched, 1)

    def _watch_calls(
        self, id: str, path: str, dimensions: dict[str, str], *, error_metric: str, errors: int
    ) -> None:
        failing = Watched(
            namespace=API,
            name=error_metric,
            dimensions=dimensions,
            what=f"{path} answers with errors",
        )
        self._limit(f"{id}Errors", failing, errors)
        calls = Watched(
            namespace=API,
            name="Count",
            dimensions=dimensions,
            what=f"{path} gets more calls than usual",
        )
        self._unusual(f"{id}Calls", calls)

    def _limit(self, id: str, watched: Watched, threshold: int) -> None:
        self._tell(id, limit_alarm(self, id, watched, threshold=threshold))

    def _unusual(self, id: str, watched: Watched) -> None:
        self._tell(id, unusual_alarm(self, id, watched))

    def _tell(self, id: str, alarm: cloudwatch.Alarm | cloudwatch.AnomalyDetectionAlarm) -> None:
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        self.alarms[id] = alarm
