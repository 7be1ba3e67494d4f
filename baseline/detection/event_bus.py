"""SecurityEventBus: where the accounts of the organization send their security events."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from baseline.controls.registry import implements
from baseline.detection.event_patterns import FORWARDED_SOURCES
from baseline.primitives.circle import is_organization, principals_of
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.service_access import service_statement


class SecurityEventBus(Construct):
    """A bus that takes events of AWS services, from one role, in accounts of one organization.

    The rules on the bus are encrypted with a key of their own. Events that cannot be decrypted go
    to a queue.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        name: physical name, which the forwarding rules of every account contain.
        organization_id: organization whose accounts may send, or the standalone account that does.
        forwarding_role: name of the role that EventBridge uses in those accounts.
        failures: queue for events that cannot be encrypted or decrypted.

    Attributes:
        bus: the ``CfnEventBus``.

    Source: Security Hub EventBridge.3; Amazon EventBridge User Guide, "Permissions for event
    buses" and "Encrypting EventBridge event buses with AWS KMS keys".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        organization_id: str,
        forwarding_role: str,
        failures: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        arn = stack.format_arn(service="events", resource="event-bus", resource_name=name)
        key = SecureKey(self, "Key", description=f"Rules and events of the bus {name}")
        self._allow_bus(key, stack.account, arn)
        self.bus = events.CfnEventBus(
            self,
            "Bus",
            name=name,
            description="Security events of the organization",
            kms_key_identifier=key.key.key_arn,
            dead_letter_config=events.CfnEventBus.DeadLetterConfigProperty(arn=failures.queue_arn),
        )
        failures.add_to_resource_policy(
            service_statement(
                "events.amazonaws.com",
                sid="UndecryptableEvents",
                actions=["sqs:SendMessage"],
                resources=[failures.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": arn}},
            )
        )
        events.CfnEventBusPolicy(
            self,
            "Policy",
            event_bus_name=self.bus.ref,
            statement_id="OrganizationForwardingRole",
            statement={
                "Sid": "OrganizationForwardingRole",
                "Effect": "Allow",
                "Principal": {"AWS": _senders(stack, organization_id)},
                "Action": "events:PutEvents",
                "Resource": self.bus.attr_arn,
                "Condition": {
                    "StringEquals": principals_of(organization_id),
                    "ArnLike": {
                        "aws:PrincipalArn": f"arn:{stack.partition}:iam::*:role/{forwarding_role}"
                    },
                    # A rule's delivery may carry no source key; where there is one, it must fit.
                    "StringLikeIfExists": {"events:source": list(FORWARDED_SOURCES)},
                },
            },
        )
        implements(self, capability="security-event-bus", controls=["EventBridge.3"])

    def _allow_bus(self, key: SecureKey, account: str, arn: str) -> None:
        # DescribeKey comes without encryption context, so it stands apart.
        key.allow_service(
            "events.amazonaws.com",
            sid="CheckKey",
            actions=["kms:DescribeKey"],
            conditions={"StringEquals": {"aws:SourceAccount": account}},
        )
        key.allow_service(
            "events.amazonaws.com",
            sid="EncryptBus",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            conditions={
                "StringEquals": {
                    "aws:SourceAccount": account,
                    "aws:SourceArn": arn,
                    "kms:EncryptionContext:aws:events:event-bus:arn": arn,
                }
            },
        )


def _senders(stack: cdk.Stack, id: str) -> str:
    # An organization has no principal of its own; its condition binds everybody.
    return "*" if is_organization(id) else f"arn:{stack.partition}:iam::{id}:root"
