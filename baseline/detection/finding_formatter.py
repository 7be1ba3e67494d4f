"""FindingFormatter: events become messages that a person can act on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from baseline.config.notifications import Notifications
from baseline.config.quotas import ROUTES_SIZE
from baseline.detection.event_patterns import TOLD_FIELD
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.circle import is_organization
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

HANDLER = Path(__file__).parent / "handlers" / "finding_formatter"
TIMEOUT_SECONDS = 60
# A message that is an hour late still wakes the right people; the event itself is sent then.
MAXIMUM_AGE_SECONDS = 3600
RETRIES = 1
# Paths that every event has, so that nothing is missing from the JSON.
EVENT_PATHS = {
    "account": "$.account",
    "detail": "$.detail",
    "id": "$.id",
    "kind": "$.detail-type",
    "region": "$.region",
    "resources": "$.resources",
    "source": "$.source",
    "time": "$.time",
}


class FindingFormatter(Construct):
    """A function between rules and topics: account name, Region, resource, what to do, link.

    It looks up name, unit and team of the account in AWS Organizations, so that nothing here grows
    with the accounts, and adds the topics of the team and of chat channels to that of the severity.
    An event that it cannot read is sent as it came. If it fails altogether, Lambda tries once more
    and sends the event itself to the fallback topic.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        notifications: who hears of what.
        account_ids: ID of an account by its name, as far as it is known.
        topic_prefix: start of the names of all topics.
        topics: ends of their names: severities, ``team-`` and ``chat-`` with a name.
        key: key of the topics.
        role_name: physical name of the function's role.
        organization_id: the organization.
        management_account: ID of the account that the organization belongs to.

    Attributes:
        function: the :class:`HandlerFunction`.

    Raises:
        BaselineError: when the routes do not fit into the function's environment.

    Source: AWS Organizations API Reference, "DescribeAccount" (delegated administrators may call
    it); AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        notifications: Notifications,
        account_ids: Mapping[str, str],
        topic_prefix: str,
        topics: Sequence[str],
        key: SecureKey,
        role_name: str,
        organization_id: str,
        management_account: str,
    ) -> None:
        super().__init__(scope, id)
        routes = routes_of(notifications, account_ids)
        prefix = cdk.Stack.of(self).format_arn(service="sns", resource=topic_prefix)
        self.function = HandlerFunction(
            self,
            "Function",
            handler=HANDLER,
            description="Writes messages of findings and sends them to those who hear of them",
            timeout_seconds=TIMEOUT_SECONDS,
            role_name=role_name,
            environment={
                "CHANNELS": json.dumps(
                    {name: list(one.severities) for name, one in notifications.chat.items()}
                ),
                "OWNER_TAG": notifications.owner_tag or "",
                "ROUTES": routes,
                "SECURITY_HUB_STATUS": notifications.security_hub_status,
                "TEAM_TAG": notifications.team_tag or "",
                "TOLD_FIELD": TOLD_FIELD,
                "TOPICS": prefix,
            },
            statements=[
                iam.PolicyStatement(
                    sid="Tell",
                    actions=["sns:Publish"],
                    resources=[f"{prefix}{topic}" for topic in topics],
                ),
                iam.PolicyStatement(
                    sid="EncryptMessages",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[key.key.key_arn],
                ),
                *(
                    self._reading(organization_id, management_account)
                    if is_organization(organization_id)
                    else []
                ),
                *self._marking(notifications),
            ],
        )

    def _reading(self, organization: str, management: str) -> list[iam.PolicyStatement]:
        start = f"arn:{cdk.Aws.PARTITION}:organizations::{management}"
        accounts = f"{start}:account/{organization}/*"
        units = f"{start}:ou/{organization}/*"
        acknowledge(
            self,
            {
                f"AwsSolutions-IAM5[Resource::{one}]".replace(
                    cdk.Aws.PARTITION, "<AWS::Partition>"
                ): "findings come from any account of the organization; the function reads names only"
                for one in (accounts, units)
            },
        )
        return [
            iam.PolicyStatement(
                sid="NameAccounts",
                actions=[
                    "organizations:DescribeAccount",
                    "organizations:ListParents",
                    "organizations:ListTagsForResource",
                ],
                resources=[accounts],
            ),
            iam.PolicyStatement(
                sid="NameUnits",
                actions=["organizations:DescribeOrganizationalUnit", "organizations:ListParents"],
                resources=[units],
            ),
        ]

    def _marking(self, notifications: Notifications) -> list[iam.PolicyStatement]:
        if notifications.security_hub_status != "notified":
            return []
        hub = cdk.Stack.of(self).format_arn(
            service="securityhub", resource="hub", resource_name="default"
        )
        return [
            iam.PolicyStatement(
                sid="MarkAsTold", actions=["securityhub:BatchUpdateFindings"], resources=[hub]
            )
        ]

    def fall_back_to(self, topic: SecureTopic) -> None:
        """Send events that the function fails at to a topic, as they are."""
        function = self.function.function
        lambda_.CfnEventInvokeConfig(
            self,
            "Fallback",
            function_name=function.function_name,
            qualifier="$LATEST",
            maximum_event_age_in_seconds=MAXIMUM_AGE_SECONDS,
            maximum_retry_attempts=RETRIES,
            destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
                on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(
                    destination=topic.topic.topic_arn
                )
            ),
        )

    def message(self, severity: str) -> events.CfnRule.InputTransformerProperty:
        """Give what a rule sends: the event, and the severity that the rule stands for."""
        event = (
            '{"source": <source>, "detail-type": <kind>, "account": <account>, "region": <region>, '
            '"time": <time>, "id": <id>, "resources": <resources>, "detail": <detail>}'
        )
        return events.CfnRule.InputTransformerProperty(
            input_paths_map=EVENT_PATHS,
            input_template=f'{{"severity": "{severity}", "event": {event}}}',
        )

    def let_in(self, rule: events.CfnRule) -> None:
        """Let a rule invoke the function."""
        lambda_.CfnPermission(
            rule,
            "Invocation",
            action="lambda:InvokeFunction",
            function_name=self.function.function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
            source_account=cdk.Stack.of(self).account,
        )


def routes_of(notifications: Notifications, account_ids: Mapping[str, str]) -> str:
    """Give the routes as the function reads them; accounts by ID where it is known.

    Raises:
        BaselineError: when they are too long.
    """
    routes = {
        name: {
            "units": list(route.units),
            "accounts": [account_ids.get(account, account) for account in route.accounts],
            "severities": list(route.severities),
            "channels": list(route.channels),
            **({"mail": True} if route.addresses else {}),
        }
        for name, route in notifications.routes.items()
    }
    written = json.dumps(routes)
    # The mark of those with addresses, and IDs in place of shorter names.
    if len(written) > ROUTES_SIZE + len(routes) * len('"mail": true, '):
        raise BaselineError(
            f"notifications.routes is {len(written)} characters, the function's environment has "
            f"room for {ROUTES_SIZE}; name units instead of accounts, or use team_tag"
        )
    return written
