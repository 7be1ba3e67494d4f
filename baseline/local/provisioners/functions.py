"""AWS::Lambda::Function: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_CONCURRENCY = "ReservedConcurrentExecutions"


@completes("AWS::Lambda::Function", applies=("DeadLetterConfig", "KmsKeyArn", _CONCURRENCY))
def complete_function(name: str, resource: Resource) -> None:
    """Set dead-letter target, key and reserved concurrency; take off what the template dropped."""
    if {"DeadLetterConfig", "KmsKeyArn"} & (resource.properties.keys() | resource.dropped):
        resource.call(
            "lambda",
            "update_function_configuration",
            FunctionName=name,
            DeadLetterConfig=resource.get("DeadLetterConfig", {"TargetArn": ""}),
            KMSKeyArn=resource.get("KmsKeyArn", ""),
        )
    if _CONCURRENCY in resource.properties:
        resource.call(
            "lambda",
            "put_function_concurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=resource.properties[_CONCURRENCY],
        )
    elif _CONCURRENCY in resource.dropped:
        resource.call("lambda", "delete_function_concurrency", FunctionName=name)
