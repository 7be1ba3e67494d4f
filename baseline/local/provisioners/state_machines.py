"""AWS::StepFunctions::StateMachine: what ministack's provisioner leaves out."""

from baseline.local.provisioners.resource import Resource
from baseline.local.provisioners.stock import completes

_OFF = {"LoggingConfiguration": {"level": "OFF"}, "TracingConfiguration": {"enabled": False}}
_MEMBERS = {
    "LoggingConfiguration": "loggingConfiguration",
    "TracingConfiguration": "tracingConfiguration",
}


@completes("AWS::StepFunctions::StateMachine", applies=_MEMBERS)
def complete_state_machine(arn: str, resource: Resource) -> None:
    """Set logging and tracing, or turn off what the template dropped."""
    changed = {
        member: resource.get(name, _OFF[name])
        for name, member in _MEMBERS.items()
        if name in resource.properties or name in resource.dropped
    }
    if changed:
        resource.call("stepfunctions", "update_state_machine", stateMachineArn=arn, **changed)
