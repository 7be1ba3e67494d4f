"""ProtectedApi: a REST API that asks who it is, answers so much and no more, and is on record."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.edge.api_authorization import AuthorizerRequired
from baseline.edge.api_choices import ApiDomain, Throttle, api_name, check_throttle
from baseline.edge.api_logging import ApiLogging
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from baseline.network.network_logs import NetworkLogGroup
from baseline.primitives.acknowledge import acknowledge, acknowledge_rule

STAGE = "live"


class ProtectedApi(Construct):
    """A regional REST API behind a web ACL, with an authorizer on every method.

    Callers sign with IAM unless another authorizer is given; a method without one stops the
    synthesis. Calls are throttled, logged (who, what, how long, which answer; no bodies), traced and counted. With a name of its
    own the API has no other, so nobody goes round the web ACL and the name's TLS 1.2.

    Methods are added by ``api.root``. The account needs the logging role of API Gateway once
    (:class:`~baseline.edge.api_logging.ApiLogging`).

    Args:
        scope: parent construct.
        id: construct ID.
        authorizer: who may call; IAM by default.
        domain: name of its own; AWS's name by default.
        web_acl: the web ACL, of scope ``REGIONAL``; one of its own by default.
        throttle: how much it answers; 100 requests per second, 200 at once by default.
        public_routes: routes that answer everybody, such as ``GET /health``; none by default.
        logging: the account's logging role where this stack makes it, which has to be there
            first; None where another one did.

    Attributes:
        api: the ``aws_apigateway.RestApi``.
        validator: validates parameters and body, for ``request_validator`` of methods that say
            which they take.
        web_acl: the :class:`WebAcl`.
        log_group: the access log.

    Raises:
        BaselineError: when the web ACL is one of CloudFront, or a limit limits nothing.

    Source: Security Hub APIGateway.1, APIGateway.3, APIGateway.4; Amazon API Gateway Developer
    Guide, "Security best practices in Amazon API Gateway".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        authorizer: rest.IAuthorizer | None = None,
        domain: ApiDomain | None = None,
        web_acl: WebAcl | None = None,
        throttle: Throttle | None = None,
        public_routes: Sequence[str] = (),
        logging: ApiLogging | None = None,
    ) -> None:
        super().__init__(scope, id)
        limits = throttle or Throttle()
        check_throttle(limits)
        _check_web_acl(web_acl)
        self.log_group = NetworkLogGroup(
            self, "AccessLog", retention=logs.RetentionDays.ONE_YEAR
        ).log_group
        self.api = self._create(authorizer, domain, limits)
        if logging is not None:
            self.api.deployment_stage.node.add_dependency(logging)
        self.validator = self.api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        self.web_acl = web_acl or WebAcl(self, "WebAcl")
        self.web_acl.protect(
            f"Association{self.node.addr[-8:]}", self.api.deployment_stage.stage_arn
        )
        cdk.Aspects.of(self).add(AuthorizerRequired(public_routes))
        self._acknowledge()
        implements(
            self,
            capability="protected-api",
            controls=["APIGateway.1", "APIGateway.3", "APIGateway.4"],
        )

    def _create(
        self, authorizer: rest.IAuthorizer | None, domain: ApiDomain | None, throttle: Throttle
    ) -> rest.RestApi:
        return rest.RestApi(
            self,
            "Resource",
            rest_api_name=api_name(self),
            endpoint_types=[rest.EndpointType.REGIONAL],
            disable_execute_api_endpoint=domain is not None,
            domain_name=_domain(domain),
            # The role is the account's; one API must not replace that of another.
            cloud_watch_role=False,
            default_method_options=rest.MethodOptions(
                authorizer=authorizer,
                authorization_type=None if authorizer else rest.AuthorizationType.IAM,
            ),
            deploy_options=rest.StageOptions(
                stage_name=STAGE,
                access_log_destination=rest.LogGroupLogDestination(self.log_group),
                access_log_format=rest.AccessLogFormat.json_with_standard_fields(
                    caller=True,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=True,
                ),
                logging_level=rest.MethodLoggingLevel.ERROR,
                # Bodies and headers of callers do not belong into logs.
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
                throttling_rate_limit=throttle.per_second,
                throttling_burst_limit=throttle.burst,
            ),
        )

    def _acknowledge(self) -> None:
        acknowledge_rule(
            self.api.deployment_stage,
            "APIGWSSLEnabled",
            "a certificate of API Gateway tells the back end who calls; Lambda and AWS services "
            "know it by IAM, an HTTP back end of one's own has to be given it by its owner",
        )
        acknowledge_rule(
            self.api.deployment_stage,
            "APIGWCacheEnabledAndEncrypted",
            "nothing is cached: an answer for one caller must not be another's",
        )
        acknowledge(
            self.api,
            {
                "AwsSolutions-COG4": (
                    "each method has the API's authorizer, IAM unless another is given; the aspect "
                    "AuthorizerRequired stops the synthesis where one has none"
                )
            },
        )


def _domain(domain: ApiDomain | None) -> rest.DomainNameOptions | None:
    if domain is None:
        return None
    return rest.DomainNameOptions(
        domain_name=domain.name,
        certificate=domain.certificate,
        endpoint_type=rest.EndpointType.REGIONAL,
        security_policy=rest.SecurityPolicy.TLS_1_2,
    )


def _check_web_acl(web_acl: WebAcl | None) -> None:
    if web_acl is not None and web_acl.web_acl_scope != "REGIONAL":
        raise BaselineError(
            f"web_acl {web_acl.node.path} has scope 'CLOUDFRONT', which protects distributions "
            "only; pass one with scope 'REGIONAL' in the API's Region"
        )
