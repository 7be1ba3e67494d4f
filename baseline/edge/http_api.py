"""ProtectedHttpApi: an HTTP API that asks who it is, answers so much and no more, and is on record."""

from __future__ import annotations

import json
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.api_authorization import AuthorizerRequired
from baseline.edge.api_choices import ApiDomain, Throttle, api_name, check_throttle
from baseline.network.network_logs import NetworkLogGroup, allow_log_delivery

STAGE = "live"

LOG_FIELDS = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "caller": "$context.identity.caller",
    "user": "$context.identity.user",
    "route": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "length": "$context.responseLength",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
}
"""Source: Amazon API Gateway Developer Guide, "Customize HTTP API access logs"."""


class ProtectedHttpApi(Construct):
    """An HTTP API with an authorizer on every route, throttled and logged.

    Callers sign with IAM unless another authorizer is given; a route without one stops the
    synthesis. HTTP APIs take no web ACL: put :class:`ProtectedDistribution` before one that the
    internet reaches, or use :class:`ProtectedApi`. Routes are added by ``api.add_routes``.

    Args:
        scope: parent construct.
        id: construct ID.
        authorizer: who may call; IAM by default.
        domain: name of its own, which takes TLS 1.2; AWS's name by default.
        throttle: how much it answers; 100 requests per second, 200 at once by default.
        public_routes: route keys that answer everybody, such as ``GET /health``; none by default.

    Attributes:
        api: the ``aws_apigatewayv2.HttpApi``.
        stage: the ``aws_apigatewayv2.HttpStage``.
        log_group: the access log.

    Raises:
        BaselineError: when a limit limits nothing.

    Source: Security Hub APIGateway.8, APIGateway.9; Amazon API Gateway Developer Guide, "Control
    and manage access to HTTP APIs in API Gateway".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        authorizer: http.IHttpRouteAuthorizer | None = None,
        domain: ApiDomain | None = None,
        throttle: Throttle | None = None,
        public_routes: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        limits = throttle or Throttle()
        check_throttle(limits)
        self.log_group = NetworkLogGroup(
            self, "AccessLog", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        allow_log_delivery(self.log_group)
        self.api = http.HttpApi(
            self,
            "Resource",
            api_name=api_name(self),
            create_default_stage=False,
            default_authorizer=authorizer or authorizers.HttpIamAuthorizer(),
            disable_execute_api_endpoint=domain is not None,
        )
        self.stage = self._create_stage(limits, self._name(domain))
        cdk.Aspects.of(self).add(AuthorizerRequired(public_routes))
        implements(self, capability="protected-http-api", controls=["APIGateway.8", "APIGateway.9"])

    def _name(self, domain: ApiDomain | None) -> http.DomainMappingOptions | None:
        if domain is None:
            return None
        name = http.DomainName(
            self,
            "Domain",
            domain_name=domain.name,
            certificate=domain.certificate,
            endpoint_type=http.EndpointType.REGIONAL,
            security_policy=http.SecurityPolicy.TLS_1_2,
        )
        return http.DomainMappingOptions(domain_name=name)

    def _create_stage(
        self, throttle: Throttle, mapping: http.DomainMappingOptions | None
    ) -> http.HttpStage:
        stage = http.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            detailed_metrics_enabled=True,
            domain_mapping=mapping,
            throttle=http.ThrottleSettings(
                rate_limit=throttle.per_second, burst_limit=throttle.burst
            ),
        )
        resource = stage.node.default_child
        if not isinstance(resource, http.CfnStage):
            raise TypeError(f"{self.node.path}: the stage's resource is no CfnStage")
        resource.access_log_settings = http.CfnStage.AccessLogSettingsProperty(
            # Without the ":*" that CloudFormation gives.
            destination_arn=cdk.Stack.of(self).format_arn(
                service="logs",
                resource="log-group",
                resource_name=self.log_group.log_group_name,
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            ),
            format=json.dumps(LOG_FIELDS, separators=(",", ":")),
        )
        return stage
