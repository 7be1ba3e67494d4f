"""SecureTopic: a topic with a customer managed key that only named services may publish to."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_sns as sns
from constructs import Construct

from baseline.primitives.acknowledge import acknowledge
from baseline.primitives.secure_key import SecureKey
from baseline.primitives.service_access import Conditions, service_statement


class SecureTopic(Construct):
    """An SNS topic encrypted with a customer managed key, TLS only.

    The AWS managed key ``alias/aws/sns`` cannot be used by EventBridge or CloudWatch alarms:
    their messages would vanish, so the topic always has a key of ours, and
    :meth:`allow_service` opens topic and key together.

    Args:
        scope: parent construct.
        id: construct ID.
        key: key of the topic.
        display_name: sender name shown in e-mails; the topic's name by default.
        topic_name: physical name; only where another account or a policy has to name the topic.

    Attributes:
        topic: the ``aws_sns.Topic``.

    Source: Security Hub SNS.1; Amazon SNS Developer Guide, "Enabling compatibility between event
    sources from AWS services and encrypted topics".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        key: SecureKey,
        display_name: str | None = None,
        topic_name: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._key = key
        self.topic = sns.Topic(
            self,
            "Topic",
            topic_name=topic_name,
            display_name=display_name,
            master_key=key.key,
            enforce_ssl=True,
        )

    def allow_service(
        self, service: str, *, sid: str, conditions: Conditions, key_conditions: Conditions
    ) -> None:
        """Let a service principal publish, and use the topic's key for it.

        Args:
            service: service principal, such as ``events.amazonaws.com``.
            sid: statement ID in both policies.
            conditions: conditions of ``sns:Publish``; must name a source.
            key_conditions: conditions of the key's statement; may be empty only for a service of
                ``service_access.EXCEPTIONS``.

        Raises:
            BaselineError: when nothing binds the source.
        """
        self.topic.add_to_resource_policy(
            service_statement(
                service,
                sid=sid,
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=conditions,
            )
        )
        self._key.allow_service(
            service,
            sid=sid,
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            conditions=key_conditions,
        )

    def subscribe_email(self, addresses: Sequence[str]) -> None:
        """Subscribe e-mail addresses; each gets a confirmation mail and nothing before it answers.

        Args:
            addresses: e-mail addresses, without duplicates.
        """
        for address in addresses:
            subscription = sns.Subscription(
                self,
                f"Email{address}",
                topic=self.topic,
                protocol=sns.SubscriptionProtocol.EMAIL,
                endpoint=address,
            )
            acknowledge(
                subscription,
                {
                    "Serverless-SNSRedrivePolicy": (
                        "an e-mail that cannot be delivered is retried by Amazon SNS, and the "
                        "finding it tells of stays in Security Hub"
                    )
                },
            )
