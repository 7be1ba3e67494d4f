"""SNS, SQS, Lambda, Step Functions, IAM, Logs: what ministack's provisioners leave out."""

import json
from typing import Any

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_TOPIC_ATTRIBUTES = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")


@completes("AWS::SNS::Topic", applies=_TOPIC_ATTRIBUTES)
def complete_topic(arn: str, resource: Resource) -> None:
    """Set encryption, signature version and tracing."""
    for name in _TOPIC_ATTRIBUTES:
        if name in resource.properties:
            resource.call(
                "sns",
                "set_topic_attributes",
                TopicArn=arn,
                AttributeName=name,
                AttributeValue=resource.properties[name],
            )


_SUBSCRIPTION_ATTRIBUTES = ("DeliveryPolicy", "RedrivePolicy", "SubscriptionRoleArn")


@completes("AWS::SNS::Subscription", applies=_SUBSCRIPTION_ATTRIBUTES)
def complete_subscription(arn: str, resource: Resource) -> None:
    """Set delivery and dead-letter policies."""
    for name in _SUBSCRIPTION_ATTRIBUTES:
        if name in resource.properties:
            value: Any = resource.properties[name]
            resource.call(
                "sns",
                "set_subscription_attributes",
                SubscriptionArn=arn,
                AttributeName=name,
                AttributeValue=value if isinstance(value, str) else json.dumps(value),
            )


@completes(
    "AWS::Lambda::Function",
    applies=("DeadLetterConfig", "KmsKeyArn", "ReservedConcurrentExecutions"),
)
def complete_function(name: str, resource: Resource) -> None:
    """Set dead-letter target, key and reserved concurrency."""
    changed = {
        "DeadLetterConfig": resource.get("DeadLetterConfig"),
        "KMSKeyArn": resource.get("KmsKeyArn"),
    }
    if any(changed.values()):
        resource.call("lambda", "update_function_configuration", FunctionName=name, **changed)
    if "ReservedConcurrentExecutions" in resource.properties:
        resource.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=resource.properties["ReservedConcurrentExecutions"],
        )


@completes("AWS::IAM::Role", applies=("PermissionsBoundary",))
def complete_role(name: str, resource: Resource) -> None:
    """Set the permissions boundary."""
    if "PermissionsBoundary" in resource.properties:
        resource.call(
            "iam",
            "put_role_permissions_boundary",
            RoleName=name,
            PermissionsBoundary=resource.properties["PermissionsBoundary"],
        )


@completes("AWS::StepFunctions::StateMachine", applies=("LoggingConfiguration",))
def complete_state_machine(arn: str, resource: Resource) -> None:
    """Set logging."""
    if "LoggingConfiguration" in resource.properties:
        resource.call(
            "stepfunctions",
            "update_state_machine",
            stateMachineArn=arn,
            loggingConfiguration=resource.properties["LoggingConfiguration"],
        )
