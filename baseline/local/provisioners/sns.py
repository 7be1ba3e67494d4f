"""SNS: what ministack's provisioners leave out."""

import json

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_TOPIC = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")
_SUBSCRIPTION = ("DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn")


@completes("AWS::SNS::Topic", applies=_TOPIC)
def complete_topic(arn: str, resource: Resource) -> None:
    """Set encryption, signature version and tracing; take off what the template dropped."""
    for name in _TOPIC:
        if name in resource.properties or name in resource.dropped:
            resource.call(
                "sns",
                "set_topic_attributes",
                TopicArn=arn,
                AttributeName=name,
                AttributeValue=resource.get(name, ""),
            )


@completes("AWS::SNS::Subscription", applies=_SUBSCRIPTION)
def complete_subscription(arn: str, resource: Resource) -> None:
    """Set delivery and dead-letter policies; take off what the template dropped."""
    for name in _SUBSCRIPTION:
        if name in resource.properties or name in resource.dropped:
            value = resource.get(name, "")
            resource.call(
                "sns",
                "set_subscription_attributes",
                SubscriptionArn=arn,
                AttributeName=name,
                AttributeValue=value if isinstance(value, str) else json.dumps(value),
            )
