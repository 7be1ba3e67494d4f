"""PagingEndpoint: EventBridge calls the service that wakes somebody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.config.notifications import Paging
from baseline.controls.registry import implements
from baseline.detection.rule_role import RuleRole
from baseline.errors import BaselineError

PRESETS = Path(__file__).parent / "data" / "paging.json"
RETRY_SECONDS = 4 * 3600
RETRIES = 100

CALL: Mapping[str, str] = MappingProxyType(
    {
        "account": "$.account",
        "finding": "$.detail.eventID",
        "region": "$.region",
        "title": "$.detail.eventName",
    }
)
"""Where a recorded call has what a page says."""

PATHS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "SecurityHub": {
            "account": "$.detail.findings[0].AwsAccountId",
            "finding": "$.detail.findings[0].Id",
            "region": "$.detail.findings[0].Region",
            "title": "$.detail.findings[0].Title",
        },
        "GuardDuty": {
            "account": "$.detail.accountId",
            "finding": "$.detail.id",
            "region": "$.detail.region",
            "title": "$.detail.title",
        },
        "Exposure": {
            "account": "$.detail.findings[0].cloud.account.uid",
            "finding": "$.detail.findings[0].finding_info.uid",
            "region": "$.detail.findings[0].cloud.region",
            "title": "$.detail.findings[0].finding_info.title",
        },
        "Activity": CALL,
        "Compliance": {
            "account": "$.detail.awsAccountId",
            "finding": "$.detail.resourceId",
            "region": "$.detail.awsRegion",
            "title": "$.detail.configRuleName",
        },
    }
)
"""The same for the rules of a :class:`FindingNotification`, by name."""

ANY: Mapping[str, str] = MappingProxyType(
    {
        "account": "$.account",
        "finding": "$.id",
        "region": "$.region",
        "title": "$.detail-type",
    }
)
"""The same for every other rule: what each event has."""


class PagingEndpoint(Construct):
    """An API destination that rules call directly, whatever happens to the e-mails.

    The key of the service comes from Secrets Manager when the stack is deployed, and EventBridge
    keeps it in a secret of its own: the template has a reference only. A call that fails for four
    hours waits in the failure queue.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        paging: the service, its secret and its address.
        name: physical name of connection and destination.
        failures: queue for calls that failed.

    Attributes:
        connection: the ``CfnConnection``.
        destination: the ``CfnApiDestination``.
        severities: severities that wake somebody.
        policy: policy of the role with which rules call; they depend on it.

    Raises:
        BaselineError: when there is no address, or one without TLS.

    Source: Amazon EventBridge User Guide, "API destinations as targets"; AWS CloudFormation User
    Guide, "AWS::Events::ApiDestination" (secrets by dynamic reference).
    """

    def __init__(
        self, scope: Construct, id: str, *, paging: Paging, name: str, failures: sqs.Queue
    ) -> None:
        super().__init__(scope, id)
        self._preset = presets()[paging.service]
        endpoint = paging.endpoint or self._preset.get("endpoint", "")
        if not endpoint.startswith("https://"):
            raise BaselineError(
                f"paging endpoint {endpoint!r} is no HTTPS address; write one that starts with https://"
            )
        self._failures = failures
        self.severities = frozenset(paging.severities)
        self.connection = self._create_connection(paging, name)
        self.destination = events.CfnApiDestination(
            self,
            "Destination",
            name=name,
            description=f"Wakes somebody through {paging.service}",
            connection_arn=self.connection.attr_arn,
            http_method="POST",
            invocation_endpoint=endpoint,
            invocation_rate_limit_per_second=paging.requests_per_second,
        )
        calling = RuleRole(
            self,
            "Calling",
            description="Rules call the paging service",
            statements=[
                iam.PolicyStatement(
                    sid="Call",
                    actions=["events:InvokeApiDestination"],
                    resources=[self.destination.attr_arn],
                )
            ],
        )
        self._role, self.policy = calling.role, calling.policy
        implements(self, capability="paging", controls=[])

    def _create_connection(self, paging: Paging, name: str) -> events.CfnConnection:
        # No SecretValue: the property is text, and CloudFormation resolves the reference in it.
        field = f":SecretString:{paging.secret_key}" if paging.secret_key else ":SecretString"
        value = f"{{{{resolve:secretsmanager:{paging.secret}{field}}}}}"
        body = self._preset.get("body_secret")
        parameter = events.CfnConnection.ParameterProperty
        return events.CfnConnection(
            self,
            "Connection",
            name=name,
            description=f"Key of {paging.service}",
            authorization_type="API_KEY",
            auth_parameters=events.CfnConnection.AuthParametersProperty(
                api_key_auth_parameters=events.CfnConnection.ApiKeyAuthParametersProperty(
                    api_key_name=self._preset.get("header", paging.header),
                    api_key_value=self._preset["value"].replace("{secret}", value),
                ),
                invocation_http_parameters=events.CfnConnection.ConnectionHttpParametersProperty(
                    body_parameters=[parameter(key=body, value=value, is_value_secret=True)]
                )
                if body
                else None,
            ),
        )

    def target(self, rule: str, severity: str) -> events.CfnRule.TargetProperty:
        """Give the target with which a rule calls the service.

        Args:
            rule: name of the rule, which says where its events have what.
            severity: severity that the rule stands for.
        """
        return events.CfnRule.TargetProperty(
            id="Paging",
            arn=self.destination.attr_arn,
            role_arn=self._role.role_arn,
            input_transformer=transformer(self._preset, rule, severity),
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                arn=self._failures.queue_arn
            ),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRIES
            ),
        )


def presets() -> dict[str, Any]:
    """Give the form of each service's request, by its name in the configuration."""
    found: dict[str, Any] = json.loads(PRESETS.read_text(encoding="utf-8"))
    return found


def transformer(
    preset: Mapping[str, Any], rule: str, severity: str
) -> events.CfnRule.InputTransformerProperty:
    """Give the input transformer that writes a service's request from the events of a rule.

    A text that is one place and nothing else loses its quotes in the template: EventBridge then
    quotes the value itself, and quotes within it do no harm.
    """
    paths = {**PATHS.get(rule, ANY), "kind": "$.detail-type", "time": "$.time"}
    words = {"{severity}": preset["severities"][severity], "{word}": severity.title()}
    body = json.dumps(preset["body"])
    for place, word in words.items():
        body = body.replace(place, word)
    for name in paths:
        body = body.replace(f'"<{name}>"', f"<{name}>")
    used = {name: path for name, path in paths.items() if f"<{name}>" in body}
    return events.CfnRule.InputTransformerProperty(input_paths_map=used, input_template=body)
