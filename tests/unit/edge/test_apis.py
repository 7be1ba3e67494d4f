"""APIs ask who it is, answer so much and no more, are recorded, and have no second name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm
from aws_cdk.assertions import Template

from baseline.controls.registry import declarations
from baseline.edge.api_choices import ApiDomain, Throttle
from baseline.edge.api_logging import ApiLogging
from baseline.edge.http_api import ProtectedHttpApi
from baseline.edge.rest_api import ProtectedApi
from baseline.edge.web_acl import WebAcl
from baseline.errors import BaselineError
from tests.support import CONTEXT

CERTIFICATE = "arn:aws:acm:eu-west-1:333333333333:certificate/c"
Resources = dict[str, Any]


def domain(stack: cdk.Stack) -> ApiDomain:
    certificate = acm.Certificate.from_certificate_arn(stack, "Certificate", CERTIFICATE)
    return ApiDomain(name="api.example.com", certificate=certificate)


def rest_api(stack: cdk.Stack, **settings: Any) -> ProtectedApi:
    made = ProtectedApi(stack, "Api", **settings)
    orders = made.api.root.add_resource("orders")
    orders.add_method("GET", rest.HttpIntegration("https://app.example.com/orders"))
    return made


def http_api(stack: cdk.Stack, **settings: Any) -> ProtectedHttpApi:
    made = ProtectedHttpApi(stack, "Http", **settings)
    made.api.add_routes(path="/orders", methods=[http.HttpMethod.GET], integration=target())
    return made


def target() -> integrations.HttpUrlIntegration:
    return integrations.HttpUrlIntegration("Orders", "https://app.example.com/orders")


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The resources of both kinds of API without optional arguments."""
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    stack = cdk.Stack(cdk.App(context=CONTEXT, analytics_reporting=False), "S", env=environment)
    ApiLogging(stack, "Logging")
    rest_api(stack)
    http_api(stack)
    return dict(Template.from_stack(stack).to_json()["Resources"])


def of_type(resources: Resources, kind: str) -> list[dict[str, Any]]:
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def test_callers_sign_by_default(resources: Resources) -> None:
    (method,) = of_type(resources, "AWS::ApiGateway::Method")
    assert method["AuthorizationType"] == "AWS_IAM"


@pytest.mark.parametrize("control", ["APIGateway.8"])
def test_callers_of_an_http_api_sign_by_default(resources: Resources, control: str) -> None:
    (route,) = of_type(resources, "AWS::ApiGatewayV2::Route")
    assert route["AuthorizationType"] == "AWS_IAM", control


@pytest.mark.parametrize("control", ["APIGateway.1", "APIGateway.3"])
def test_rest_calls_are_logged_traced_and_throttled(resources: Resources, control: str) -> None:
    (stage,) = of_type(resources, "AWS::ApiGateway::Stage")
    assert stage["TracingEnabled"] is True, control
    assert stage["MethodSettings"] == [
        {
            "HttpMethod": "*",
            "ResourcePath": "/*",
            "LoggingLevel": "ERROR",
            "DataTraceEnabled": False,
            "MetricsEnabled": True,
            "ThrottlingRateLimit": 100,
            "ThrottlingBurstLimit": 200,
        }
    ]
    log = json.loads(stage["AccessLogSetting"]["Format"])
    assert {"requestId", "ip", "user", "caller", "status", "resourcePath"} <= set(log)


def test_the_stage_comes_after_the_role_that_writes_its_log(stack: cdk.Stack) -> None:
    rest_api(stack, logging=ApiLogging(stack, "Logging"))
    resources = Template.from_stack(stack).to_json()["Resources"]
    (stage,) = (each for each in resources.values() if each["Type"] == "AWS::ApiGateway::Stage")
    (account,) = (
        name for name, each in resources.items() if each["Type"] == "AWS::ApiGateway::Account"
    )
    assert account in stage["DependsOn"]


@pytest.mark.parametrize("control", ["APIGateway.9"])
def test_http_calls_are_logged_and_throttled(resources: Resources, control: str) -> None:
    (stage,) = of_type(resources, "AWS::ApiGatewayV2::Stage")
    settings = stage["AccessLogSettings"]
    assert {"requestId", "ip", "user", "route", "status"} <= set(json.loads(settings["Format"]))
    assert ":log-group:" in str(settings["DestinationArn"]), control
    assert stage["DefaultRouteSettings"] == {
        "DetailedMetricsEnabled": True,
        "ThrottlingRateLimit": 100,
        "ThrottlingBurstLimit": 200,
    }


def test_logs_are_encrypted_and_kept_for_a_year(resources: Resources) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert len(groups) == 3  # two access logs and the web ACL's
    assert all("Fn::GetAtt" in each["KmsKeyId"] for each in groups)
    assert {each["RetentionInDays"] for each in groups} == {365}


@pytest.mark.parametrize("control", ["APIGateway.4"])
def test_a_rest_api_stands_behind_a_web_acl(resources: Resources, control: str) -> None:
    (association,) = of_type(resources, "AWS::WAFv2::WebACLAssociation")
    arn = json.dumps(association["ResourceArn"])
    assert "apigateway:eu-west-1::/restapis/" in arn, control
    assert "/stages/" in arn


def test_a_name_of_its_own_is_the_only_one(stack: cdk.Stack) -> None:
    rest_api(stack, domain=domain(stack))
    made = Template.from_stack(stack).to_json()["Resources"]
    (api,) = of_type(made, "AWS::ApiGateway::RestApi")
    (name,) = of_type(made, "AWS::ApiGateway::DomainName")
    assert api["DisableExecuteApiEndpoint"] is True
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert (name["DomainName"], name["SecurityPolicy"]) == ("api.example.com", "TLS_1_2")
    assert name["RegionalCertificateArn"] == CERTIFICATE


def test_a_name_of_its_own_is_the_only_one_of_an_http_api(stack: cdk.Stack) -> None:
    http_api(stack, domain=domain(stack))
    made = Template.from_stack(stack).to_json()["Resources"]
    (api,) = of_type(made, "AWS::ApiGatewayV2::Api")
    (name,) = of_type(made, "AWS::ApiGatewayV2::DomainName")
    assert api["DisableExecuteApiEndpoint"] is True
    (settings,) = name["DomainNameConfigurations"]
    assert settings["SecurityPolicy"] == "TLS_1_2"
    assert settings["CertificateArn"] == CERTIFICATE
    assert len(of_type(made, "AWS::ApiGatewayV2::ApiMapping")) == 1


def test_without_one_it_has_the_name_of_aws(resources: Resources) -> None:
    (api,) = of_type(resources, "AWS::ApiGateway::RestApi")
    (other,) = of_type(resources, "AWS::ApiGatewayV2::Api")
    assert api["DisableExecuteApiEndpoint"] is False
    assert other["DisableExecuteApiEndpoint"] is False
    assert api["Name"] != "Resource"


def test_another_authorizer_takes_the_place_of_iam(stack: cdk.Stack) -> None:
    issuer = "https://idp.example.com"
    jwt = authorizers.HttpJwtAuthorizer("Jwt", issuer, jwt_audience=["orders"])
    http_api(stack, authorizer=jwt)
    (route,) = of_type(
        Template.from_stack(stack).to_json()["Resources"], "AWS::ApiGatewayV2::Route"
    )
    assert route["AuthorizationType"] == "JWT"
    assert "Ref" in route["AuthorizerId"]


def test_a_method_without_an_authorizer_stops_the_synthesis(app: cdk.App, stack: cdk.Stack) -> None:
    made = rest_api(stack)
    made.api.root.add_method(
        "POST",
        rest.HttpIntegration("https://app.example.com"),
        authorization_type=rest.AuthorizationType.NONE,
    )
    with pytest.raises(RuntimeError, match=r"rule api-authorizer: .* answers 'POST /' without"):
        app.synth()


def test_a_route_without_an_authorizer_stops_the_synthesis(app: cdk.App, stack: cdk.Stack) -> None:
    made = http_api(stack)
    made.api.add_routes(
        path="/open",
        methods=[http.HttpMethod.GET],
        integration=target(),
        authorizer=http.HttpNoneAuthorizer(),
    )
    with pytest.raises(RuntimeError, match=r"rule api-authorizer: .* answers 'GET /open' without"):
        app.synth()


def test_a_public_route_is_there_by_name_only(app: cdk.App, stack: cdk.Stack) -> None:
    made = rest_api(stack, public_routes=["GET /health"])
    made.api.root.add_resource("health").add_method(
        "GET",
        rest.HttpIntegration("https://app.example.com/health"),
        authorization_type=rest.AuthorizationType.NONE,
    )
    other = http_api(stack, public_routes=["GET /health"])
    other.api.add_routes(
        path="/health",
        methods=[http.HttpMethod.GET],
        integration=target(),
        authorizer=http.HttpNoneAuthorizer(),
    )
    assert len(app.synth().stacks) == 1


def test_browsers_may_ask_what_is_allowed(app: cdk.App, stack: cdk.Stack) -> None:
    made = rest_api(stack)
    made.api.root.add_cors_preflight(allow_origins=["https://www.example.com"])
    assert len(app.synth().stacks) == 1


@pytest.mark.parametrize("make", [ProtectedApi, ProtectedHttpApi])
@pytest.mark.parametrize("limits", [{"per_second": 0}, {"burst": 10_001}])
def test_a_throttle_that_limits_nothing_is_refused(
    stack: cdk.Stack, make: Any, limits: dict[str, int]
) -> None:
    (name,) = limits
    with pytest.raises(BaselineError, match=f"throttle: {name} must be 1 to 10000"):
        make(stack, "Api", throttle=Throttle(**limits))
    assert "Resources" not in Template.from_stack(stack).to_json()


def test_a_web_acl_of_cloudfront_is_refused(stack: cdk.Stack, global_stack: cdk.Stack) -> None:
    acl = WebAcl(global_stack, "Acl", web_acl_scope="CLOUDFRONT")
    with pytest.raises(BaselineError, match="web_acl Global/Acl has scope 'CLOUDFRONT'"):
        rest_api(stack, web_acl=acl)


def test_api_gateway_logs_for_this_account_only_and_keeps_the_role(resources: Resources) -> None:
    (role,) = (
        each
        for name, each in resources.items()
        if each["Type"] == "AWS::IAM::Role" and name.startswith("Logging")
    )
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "333333333333"}}
    (account,) = (each for each in resources.values() if each["Type"] == "AWS::ApiGateway::Account")
    assert role["DeletionPolicy"] == account["DeletionPolicy"] == "Retain"
    (policy,) = of_type(resources, "AWS::IAM::ManagedPolicy")
    (allowed,) = policy["PolicyDocument"]["Statement"]
    assert allowed["Resource"] == "arn:aws:logs:eu-west-1:333333333333:log-group:*"


def test_controls_are_declared(app: cdk.App, stack: cdk.Stack) -> None:
    rest_api(stack)
    http_api(stack)
    declared = {str(row["capability"]): row["controls"] for row in declarations(app)}
    assert declared["protected-api"] == ["APIGateway.1", "APIGateway.3", "APIGateway.4"]
    assert declared["protected-http-api"] == ["APIGateway.8", "APIGateway.9"]


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_no_finding_is_left(
    app: cdk.App, findings: Callable[[cdk.App], list[str]], region: str | None
) -> None:
    environment = cdk.Environment(account="333333333333", region=region) if region else None
    stack = cdk.Stack(app, "Apis", env=environment)
    ApiLogging(stack, "Logging")
    rest_api(stack, domain=domain(stack))
    http_api(stack)
    assert findings(app) == []
