"""AlarmTopic: where the alarms of a stack go, encrypted, with people who read them."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.errors import BaselineError
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.secure_topic import SecureTopic

SERVICE = "cloudwatch.amazonaws.com"


class AlarmTopic(Construct):
    """An encrypted topic that only CloudWatch alarms of this account and Region publish to.

    Args:
        scope: parent construct.
        id: construct ID.
        addresses: e-mail addresses; each confirms its subscription once. At least one: an alarm
            that nobody reads protects nobody.
        display_name: sender name shown in e-mails.

    Attributes:
        topic: the ``aws_sns.Topic``.

    Raises:
        BaselineError: no address.

    Source: Security Hub SNS.1, CloudWatch.15; Amazon SNS Developer Guide, "Enabling compatibility
    between event sources from AWS services and encrypted topics".
    """

    def __init__(
        self, scope: Construct, id: str, *, addresses: Sequence[str], display_name: str
    ) -> None:
        super().__init__(scope, id)
        if not addresses:
            raise BaselineError("addresses is empty; name at least one, so that somebody hears")
        key = SecureKey(self, "Key", description=f"Messages of alarms: {display_name}")
        secure = SecureTopic(self, "Topic", key=key, display_name=display_name)
        secure.subscribe_email(list(dict.fromkeys(addresses)))
        stack = cdk.Stack.of(self)
        source_account = {"StringEquals": {"aws:SourceAccount": stack.account}}
        alarms = stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name="*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        secure.allow_service(
            SERVICE,
            sid="PublishAlarms",
            # The alarms refer to the topic, so its policy cannot refer to them.
            conditions={**source_account, "ArnLike": {"aws:SourceArn": alarms}},
            key_conditions=source_account,
        )
        self.topic = secure.topic
