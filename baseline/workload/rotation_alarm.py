"""RotationAlarm: tells people that a secret of this account could not be rotated."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from baseline.detection.publishing_role import PublishingRole
from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

PATTERN = {
    "source": ["aws.secretsmanager"],
    # An event of the service itself, which no caller made.
    "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
    "detail": {
        "eventSource": ["secretsmanager.amazonaws.com"],
        "eventName": ["RotationAbandoned", "RotationFailed"],
    },
}
"""Source: AWS Secrets Manager User Guide, "Logging AWS Secrets Manager events with AWS CloudTrail"."""


class RotationAlarm(Construct):
    """One message for each rotation in this account and Region that failed or was given up.

    It is told of every secret, not of one: which field of the event names the secret is not the
    same for all events. It needs a trail, which the organization trail is.

    Args:
        scope: parent construct.
        id: construct ID.
        topic: gets the message.
        topic_key: its key.

    Attributes:
        rule: the ``CfnRule``.
    """

    def __init__(
        self, scope: Construct, id: str, *, topic: SecureTopic, topic_key: SecureKey
    ) -> None:
        super().__init__(scope, id)
        publishing = PublishingRole(self, "Publishing", topic=topic, key=topic_key)
        self.rule = events.CfnRule(
            self,
            "Rule",
            description="A secret was not rotated",
            event_pattern=PATTERN,
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Topic",
                    arn=topic.topic.topic_arn,
                    role_arn=publishing.role.role_arn,
                    input_transformer=_message(),
                )
            ],
        )
        # An event that comes before the role's policy could not be published.
        self.rule.node.add_dependency(publishing.policy)
        acknowledge(
            self.rule,
            {
                "Serverless-EventBusDLQ": (
                    "Secrets Manager tries a failed rotation again and tells of it again; Security "
                    "Hub SecretsManager.2 reports it as well"
                )
            },
        )


def _message() -> events.CfnRule.InputTransformerProperty:
    text = (
        "Account <account>, Region <region>, <time>: <event> of the secret <secret>. Clients keep "
        "using the previous value until a rotation succeeds. Look into the log of its rotation "
        "function, mend the cause, then run: aws secretsmanager rotate-secret --secret-id <secret>"
    )
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={
            "account": "$.account",
            "region": "$.region",
            "time": "$.time",
            "event": "$.detail.eventName",
            "secret": "$.detail.additionalEventData.SecretId",
        },
        input_template=f'"{text}"',
    )
