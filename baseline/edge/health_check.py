"""EndpointHealth: whether an application answers, asked from the whole world, and who hears if not."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.zone import check_global
from baseline.errors import BaselineError

HTTPS_PORT = 443
FAILURES = 3


class EndpointHealth(Construct):
    """A Route 53 health check over HTTPS, with an alarm for people and for Shield Advanced.

    Route 53 asks from several Regions, with the endpoint's name in the TLS handshake. Shield
    Advanced detects attacks faster and with less doubt when it knows that the application suffers
    (``ProtectedResource.health_check_arn``).

    Args:
        scope: parent construct, in a stack of us-east-1, where the metric is.
        id: construct ID.
        domain_name: name that is asked, such as ``www.example.com``.
        topic: told when it does not answer; in us-east-1.
        path: path that is asked; ``/`` by default. It should say whether the application works,
            cost little, and need no sign-in.
        fast: True asks every 10 seconds instead of 30, for a higher price; False by default.

    Attributes:
        resource: the ``CfnHealthCheck``.
        arn: its ARN.
        alarm: the ``aws_cloudwatch.Alarm``.

    Raises:
        BaselineError: the path does not start with a slash, or the stack is not in us-east-1.

    Source: Amazon Route 53 Developer Guide, "Monitoring health checks using CloudWatch"; AWS WAF
    Developer Guide, "Health-based detection using health checks".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain_name: str,
        topic: sns.ITopic,
        path: str = "/",
        fast: bool = False,
    ) -> None:
        super().__init__(scope, id)
        check_global(self, "metrics of health checks")
        if not path.startswith("/"):
            raise BaselineError(f"path {path!r} must start with '/'")
        self.resource = route53.CfnHealthCheck(
            self,
            "Resource",
            health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
                type="HTTPS",
                fully_qualified_domain_name=domain_name,
                port=HTTPS_PORT,
                resource_path=path,
                enable_sni=True,
                failure_threshold=FAILURES,
                request_interval=10 if fast else 30,
                measure_latency=False,
            ),
        )
        partition = cdk.Stack.of(self).partition
        self.arn = f"arn:{partition}:route53:::healthcheck/{self.resource.attr_health_check_id}"
        self.alarm = self._watch(domain_name, topic)
        implements(self, capability="endpoint-health", controls=["CloudWatch.15", "CloudWatch.17"])

    def _watch(self, domain_name: str, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            "Unhealthy",
            alarm_description=f"{domain_name} does not answer",
            metric=cloudwatch.Metric(
                namespace="AWS/Route53",
                metric_name="HealthCheckStatus",
                dimensions_map={"HealthCheckId": self.resource.attr_health_check_id},
                statistic="Minimum",
                period=cdk.Duration.minutes(1),
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        return alarm
