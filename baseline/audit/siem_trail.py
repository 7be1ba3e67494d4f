"""The trail's log group on its way to a SIEM: a destination here, a subscription there."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.audit.siem_sender import SiemSender
from baseline.audit.siem_stream import SiemStream
from baseline.config import Names

SERVICE = "logs.amazonaws.com"


class SiemTrailDestination(Construct):
    """Takes the trail's log group of the management account, and no other account's, to a stream.

    Args:
        scope: parent construct, in the stack of the stream.
        id: construct ID.
        names: names of the baseline.
        stream: the stream, one that unpacks log groups.

    Attributes:
        destination: the ``aws_logs.CfnDestination``.

    Source: Amazon CloudWatch Logs User Guide, "Cross-account cross-Region log data sharing using
    Firehose".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, stream: SiemStream) -> None:
        super().__init__(scope, id)
        accounts = [
            f"arn:{names.partition}:logs:{names.home_region}:{account}:*"
            for account in (names.management, names.security)
        ]
        sender = SiemSender(
            self,
            "Sender",
            stream=stream,
            principal=iam.ServicePrincipal(
                SERVICE, conditions={"ArnLike": {"aws:SourceArn": accounts}}
            ),
        )
        self.destination = logs.CfnDestination(
            self,
            "Destination",
            destination_name=names.siem_trail_destination,
            role_arn=sender.role.role_arn,
            target_arn=stream.stream.attr_arn,
            destination_policy=cdk.Stack.of(self).to_json_string(_let_subscribe(names)),
        )
        # CloudWatch Logs sends a test message when the destination is created.
        self.destination.node.add_dependency(sender.policy)


class SiemTrailSubscription(Construct):
    """Sends the organization trail's log group to the destination in the security account.

    Args:
        scope: parent construct, in a stack of the management account and home Region; deployed
            after the destination.
        id: construct ID.
        names: names of the baseline.

    Attributes:
        subscription: the ``aws_logs.CfnSubscriptionFilter``.
    """

    def __init__(self, scope: Construct, id: str, *, names: Names) -> None:
        super().__init__(scope, id)
        self.subscription = logs.CfnSubscriptionFilter(
            self,
            "Filter",
            filter_name=names.siem_trail_destination,
            log_group_name=names.trail_log_group,
            filter_pattern="",
            destination_arn=names.siem_trail_destination_arn,
        )


def _let_subscribe(names: Names) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailSubscription",
                "Effect": "Allow",
                "Principal": {"AWS": names.management},
                "Action": "logs:PutSubscriptionFilter",
                "Resource": names.siem_trail_destination_arn,
            }
        ],
    }
