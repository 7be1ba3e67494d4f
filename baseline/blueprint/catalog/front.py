"""APIs, distributions and directories of users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from baseline.blueprint.settings import Hardening, Setting, judged, on
from baseline.blueprint.site import Site, Value, module

PASSWORD_LENGTH = 14


def _said(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what other L2s pass on without a value."""
    return {name: each for name, each in value.items() if each is not None}


def _rest_destination(site: Site) -> Value:
    return module("aws_apigateway").LogGroupLogDestination(site.log_group())


def _http_destination(site: Site) -> Value:
    return {"destination": module("aws_apigatewayv2").LogGroupLogDestination(site.log_group())}


# API Gateway writes logs only with a role that the account names once.
ACCOUNT_ROLE = on("cloud_watch_role", "without it API Gateway writes no log", severity="warning")

REST_API = Hardening(
    name="rest-api",
    construct="aws-cdk-lib.aws-apigateway.RestApi",
    title="may write logs",
    settings=(ACCOUNT_ROLE,),
)
SPEC_REST_API = Hardening(
    name="spec-rest-api",
    construct="aws-cdk-lib.aws-apigateway.SpecRestApi",
    title="may write logs",
    settings=(ACCOUNT_ROLE,),
)
REST_STAGE = Hardening(
    name="rest-api-stage",
    construct="aws-cdk-lib.aws-apigateway.Stage",
    title="logged and traced, without the data of requests",
    settings=(
        Setting(
            name="access_log_destination",
            why="who called what, and when",
            shown="a log group of its own",
            default=_rest_destination,
            controls=("APIGateway.9",),
        ),
        Setting(
            name="logging_level",
            why="errors can be found out later",
            shown="`ERROR`",
            default=lambda _site: "ERROR",
            weaker=lambda value, _site: "nothing is logged" if value == "OFF" else None,
            severity="warning",
            controls=("APIGateway.1",),
        ),
        judged("data_trace_enabled", "requests and answers are written to logs in full", True),
        on(
            "tracing_enabled",
            "which call came from where",
            severity="warning",
            controls=("APIGateway.3",),
        ),
        Setting(
            name="cache_data_encrypted",
            why="answers are read from the cache",
            shown="`True` where there is a cache",
            default=lambda _site: True,
            when=lambda props: bool(
                props.get("cachingEnabled") or props.get("cacheClusterEnabled")
            ),
            weaker=lambda value, _site: "it is turned off" if value is False else None,
            controls=("APIGateway.5",),
        ),
    ),
)
API_DOMAIN = Hardening(
    name="rest-api-domain",
    construct="aws-cdk-lib.aws-apigateway.DomainName",
    title="TLS 1.2 or later",
    settings=(
        Setting(
            name="security_policy",
            why="TLS 1.0 and 1.1 are broken",
            shown="`TLS_1_2`",
            default=lambda _site: "TLS_1_2",
            weaker=lambda value, _site: "it admits TLS 1.0" if value == "TLS_1_0" else None,
        ),
    ),
)
HTTP_STAGE = Hardening(
    name="http-api-stage",
    construct="aws-cdk-lib.aws-apigatewayv2.HttpStage",
    title="logged",
    settings=(
        Setting(
            name="access_log_settings",
            why="who called what, and when",
            shown="a log group of its own",
            default=_http_destination,
            controls=("APIGateway.9",),
        ),
    ),
)

OLD_TLS = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")


def _behavior(value: Mapping[str, Any]) -> dict[str, Any]:
    headers = module("aws_cloudfront").ResponseHeadersPolicy
    return {
        "viewerProtocolPolicy": "redirect-to-https",
        "responseHeadersPolicy": headers.SECURITY_HEADERS,
        **_said(value),
    }


def _in_cleartext(value: Mapping[str, Any]) -> str | None:
    return "plain HTTP is served" if value.get("viewerProtocolPolicy") == "allow-all" else None


def _any_in_cleartext(value: Mapping[str, Mapping[str, Any]], _site: Site) -> str | None:
    paths = [path for path, behavior in value.items() if _in_cleartext(behavior)]
    return f"plain HTTP is served at {', '.join(paths)}" if paths else None


DISTRIBUTION = Hardening(
    name="distribution",
    construct="aws-cdk-lib.aws-cloudfront.Distribution",
    title="HTTPS with TLS 1.2 or later, and headers that browsers obey",
    settings=(
        Setting(
            name="default_behavior",
            why="nobody reads or changes answers on their way",
            shown="HTTP is redirected; security headers",
            fill=lambda value, _site: _behavior(value),
            weaker=lambda value, _site: _in_cleartext(value),
            controls=("CloudFront.3",),
        ),
        Setting(
            name="additional_behaviors",
            why="nobody reads or changes answers on their way",
            shown="HTTP is redirected; security headers",
            fill=lambda value, _site: {path: _behavior(each) for path, each in value.items()},
            weaker=_any_in_cleartext,
            controls=("CloudFront.3",),
        ),
        Setting(
            name="minimum_protocol_version",
            why="TLS 1.0 and 1.1 are broken",
            shown="`TLS_V1_2_2021` where there is a certificate",
            default=lambda _site: "TLSv1.2_2021",
            when=lambda props: "certificate" in props,
            weaker=lambda value, _site: (
                f"{value} admits TLS 1.0 or 1.1" if value in OLD_TLS else None
            ),
            controls=("CloudFront.15",),
        ),
    ),
)


def _passwords(_site: Site) -> dict[str, Any]:
    return {
        "minLength": PASSWORD_LENGTH,
        "requireDigits": True,
        "requireLowercase": True,
        "requireSymbols": True,
        "requireUppercase": True,
    }


def _short(value: Mapping[str, Any], _site: Site) -> str | None:
    # AWS's own minimum length where none is given.
    length = value.get("minLength") or 8
    return f"{length} characters are enough" if length < PASSWORD_LENGTH else None


USER_POOL = Hardening(
    name="user-pool",
    construct="aws-cdk-lib.aws-cognito.UserPool",
    title="long passwords, kept",
    settings=(
        Setting(
            name="password_policy",
            why="short passwords are guessed",
            shown="14 characters of all four kinds",
            default=_passwords,
            fill=lambda value, site: {**_passwords(site), **_said(value)},
            weaker=_short,
            severity="warning",
            controls=("Cognito.3",),
        ),
        on(
            "deletion_protection",
            "nobody deletes it by mistake",
            severity="warning",
            controls=("Cognito.6",),
        ),
    ),
)

FRONT = (REST_API, SPEC_REST_API, REST_STAGE, API_DOMAIN, HTTP_STAGE, DISTRIBUTION, USER_POOL)
