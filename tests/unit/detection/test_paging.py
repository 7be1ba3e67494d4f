from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import aws_cdk as cdk
import pytest
from ministack.services import eventbridge

from baseline.config.notifications import Paging
from baseline.detection.notifications import NotificationKeys
from baseline.detection.paging import PATHS, PagingEndpoint, presets, transformer
from baseline.errors import BaselineError
from tests.unit.detection.matching import value_at
from tests.unit.detection.recorded import RECORDED

OfType = Callable[[cdk.Stack, str], list[dict[str, Any]]]
SECRET = "arn:aws:secretsmanager:eu-west-1:333333333333:secret:paging/key-a1B2c3"
BY_NAME = {one.name: one.event for one in RECORDED}
EVENTS = {
    "SecurityHub": "security_hub: control of an unexpected title, critical",
    "GuardDuty": "guardduty: attack sequence, critical",
    "Activity": "root: sign-in",
    "Compliance": "config: root without MFA",
    "Drift": "control_tower: drift",
}


def create(stack: cdk.Stack, **settings: Any) -> PagingEndpoint:
    paging = Paging(**{"service": "pagerduty", "secret": SECRET, **settings})
    failures = NotificationKeys(stack, "Shared").failures
    return PagingEndpoint(stack, "Paging", paging=paging, name="secbase-paging", failures=failures)


def rendered(service: str, rule: str, event: dict[str, Any], severity: str = "critical") -> Any:
    written = transformer(presets()[service], rule, severity)
    paths = written.input_paths_map
    assert isinstance(paths, dict)
    values = {name: value_at(path, event) for name, path in paths.items()}
    return json.loads(eventbridge._render_input_template(written.input_template, values))


def test_the_template_refers_to_the_secret_and_does_not_hold_it(
    stack: cdk.Stack, of_type: OfType
) -> None:
    create(stack, secret_key="routing")
    (connection,) = of_type(stack, "AWS::Events::Connection")
    reference = f"{{{{resolve:secretsmanager:{SECRET}:SecretString:routing}}}}"
    assert connection["Properties"]["AuthorizationType"] == "API_KEY"
    assert connection["Properties"]["AuthParameters"] == {
        "ApiKeyAuthParameters": {"ApiKeyName": "X-Routing-Key", "ApiKeyValue": reference},
        "InvocationHttpParameters": {
            "BodyParameters": [{"Key": "routing_key", "Value": reference, "IsValueSecret": True}]
        },
    }


def test_the_whole_secret_is_the_value_by_default(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack, service="opsgenie")
    (connection,) = of_type(stack, "AWS::Events::Connection")
    assert connection["Properties"]["AuthParameters"] == {
        "ApiKeyAuthParameters": {
            "ApiKeyName": "Authorization",
            "ApiKeyValue": f"GenieKey {{{{resolve:secretsmanager:{SECRET}:SecretString}}}}",
        }
    }


@pytest.mark.parametrize(
    ("service", "endpoint"),
    [
        ("pagerduty", "https://events.pagerduty.com/v2/enqueue"),
        ("opsgenie", "https://api.opsgenie.com/v2/alerts"),
        ("jira-service-management", "https://api.atlassian.com/jsm/ops/integration/v2/alerts"),
    ],
)
def test_a_service_is_called_at_its_address(
    stack: cdk.Stack, of_type: OfType, service: str, endpoint: str
) -> None:
    create(stack, service=service)
    (destination,) = of_type(stack, "AWS::Events::ApiDestination")
    assert destination["Properties"]["InvocationEndpoint"] == endpoint
    assert destination["Properties"]["HttpMethod"] == "POST"
    assert destination["Properties"]["InvocationRateLimitPerSecond"] == 5
    assert destination["Properties"]["ConnectionArn"]["Fn::GetAtt"][0].startswith(
        "PagingConnection"
    )


def test_another_address_and_rate_by_name(stack: cdk.Stack, of_type: OfType) -> None:
    endpoint = "https://api.eu.opsgenie.com/v2/alerts"
    create(stack, service="opsgenie", endpoint=endpoint, requests_per_second=1)
    (destination,) = of_type(stack, "AWS::Events::ApiDestination")
    assert destination["Properties"]["InvocationEndpoint"] == endpoint
    assert destination["Properties"]["InvocationRateLimitPerSecond"] == 1


def test_a_generic_service_needs_an_address(stack: cdk.Stack) -> None:
    with pytest.raises(BaselineError, match="no HTTPS address"):
        create(stack, service="generic")


def test_an_address_without_tls_is_refused(stack: cdk.Stack) -> None:
    open_address = Paging.model_construct(
        service="generic", secret=SECRET, endpoint="http://pager.example.com", severities=("high",)
    )
    failures = NotificationKeys(stack, "Shared").failures
    with pytest.raises(BaselineError, match=r"http://pager\.example\.com"):
        PagingEndpoint(stack, "Paging", paging=open_address, name="x", failures=failures)


def test_rules_call_this_destination_only(stack: cdk.Stack, of_type: OfType) -> None:
    create(stack)
    (role,) = of_type(stack, "AWS::IAM::Role")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:333333333333:rule/*"},
    }
    (policy,) = of_type(stack, "AWS::IAM::ManagedPolicy")
    (call,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert call["Action"] == "events:InvokeApiDestination"
    assert call["Resource"]["Fn::GetAtt"][0].startswith("PagingDestination")


def test_a_call_that_fails_waits_in_the_queue(stack: cdk.Stack) -> None:
    target = create(stack).target("GuardDuty", "critical")
    resolved = stack.resolve(target)
    assert resolved["deadLetterConfig"]["arn"]["Fn::GetAtt"][0].startswith("SharedFailures")
    assert resolved["retryPolicy"]["maximumEventAgeInSeconds"] == 14_400
    assert resolved["roleArn"]["Fn::GetAtt"][0].startswith("PagingCallingRole")


@pytest.mark.parametrize("rule", EVENTS)
@pytest.mark.parametrize("service", presets())
def test_every_request_is_json_whatever_the_title_holds(service: str, rule: str) -> None:
    body = rendered(service, rule, BY_NAME[EVENTS[rule]])
    flat = json.dumps(body)
    assert "<" not in flat.replace("<angle>", "")
    assert value_at("$.account", BY_NAME[EVENTS[rule]]) in flat or "555555555555" in flat
    title = value_at(
        PATHS[rule]["title"] if rule in PATHS else "$.detail-type", BY_NAME[EVENTS[rule]]
    )
    places = {
        "pagerduty": "$.payload.summary",
        "opsgenie": "$.description",
        "jira-service-management": "$.description",
        "generic": "$.title",
    }
    assert value_at(places[service], body) == title


@pytest.mark.parametrize(
    ("service", "path", "words"),
    [
        ("pagerduty", "$.payload.severity", ("critical", "error", "warning")),
        ("opsgenie", "$.priority", ("P1", "P2", "P3")),
        ("jira-service-management", "$.priority", ("P1", "P2", "P3")),
        ("generic", "$.severity", ("critical", "high", "medium")),
    ],
)
def test_a_severity_has_the_services_own_word(
    service: str, path: str, words: tuple[str, ...]
) -> None:
    event = BY_NAME[EVENTS["GuardDuty"]]
    found = [
        value_at(path, rendered(service, "GuardDuty", event, severity))
        for severity in ("critical", "high", "medium")
    ]
    assert tuple(found) == words


def test_updates_of_a_finding_are_one_incident() -> None:
    event = BY_NAME[EVENTS["GuardDuty"]]
    later = {**event, "id": "another", "time": "2026-11-01T12:00:00Z"}
    for service, path in (("pagerduty", "$.dedup_key"), ("opsgenie", "$.alias")):
        first, second = (rendered(service, "GuardDuty", one) for one in (event, later))
        assert value_at(path, first) == value_at(path, second) == event["detail"]["id"]


def test_a_message_of_opsgenie_is_short_enough() -> None:
    body = rendered("opsgenie", "SecurityHub", BY_NAME[EVENTS["SecurityHub"]])
    assert body["message"] == "Critical finding in account 555555555555, eu-central-1"
    assert len(body["message"]) <= 130


class Pager(BaseHTTPRequestHandler):
    """A webhook on this machine."""

    requests: list[tuple[dict[str, str], Any]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((dict(self.headers), json.loads(body)))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def pager() -> Iterator[HTTPServer]:
    Pager.requests = []
    server = HTTPServer(("127.0.0.1", 0), Pager)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_embedded_eventbridge_calls_the_webhook_with_key_and_body(
    stack: cdk.Stack, of_type: OfType, pager: HTTPServer
) -> None:
    """The template's own properties and the emulator's own sender, at a loopback address without TLS."""
    create(stack)
    (connection,) = of_type(stack, "AWS::Events::Connection")
    filled = json.dumps(connection["Properties"]).replace(
        f"{{{{resolve:secretsmanager:{SECRET}:SecretString}}}}", "the-key"
    )
    settings = json.loads(filled)
    destination = {
        "InvocationEndpoint": f"http://127.0.0.1:{pager.server_port}/v2/enqueue",
        "HttpMethod": "POST",
    }
    body = rendered("pagerduty", "GuardDuty", BY_NAME[EVENTS["GuardDuty"]])
    request = eventbridge._build_api_destination_request(
        destination, settings, {}, json.dumps(body)
    )
    eventbridge._deliver_to_api_destination("secbase-paging", request, settings, ("", "", ""))
    ((headers, received),) = Pager.requests
    assert headers["X-Routing-Key"] == "the-key"
    assert received == {**body, "routing_key": "the-key"}
    assert received["payload"]["summary"].startswith("Potential data compromise")
