"""AWS::StepFunctions::StateMachine: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_LOGGING = "LoggingConfiguration"


@completes("AWS::StepFunctions::StateMachine", applies=(_LOGGING,))
def complete_state_machine(arn: str, resource: Resource) -> None:
    """Set logging, or turn it off when the template dropped it."""
    if _LOGGING in resource.properties or _LOGGING in resource.dropped:
        resource.call(
            "stepfunctions",
            "update_state_machine",
            stateMachineArn=arn,
            loggingConfiguration=resource.get(_LOGGING, {"level": "OFF"}),
        )
