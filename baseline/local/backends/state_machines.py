"""Step Functions: the tracing setting, which ministack does not keep; nothing is traced."""

from baseline.local import emulators
from baseline.local.backends.registry import follows
from baseline.local.requests import ApiRequest


@follows("states", "UpdateStateMachine")
def keep_tracing(request: ApiRequest) -> None:
    """Put the setting into ministack's record, which DescribeStateMachine gives as it is."""
    if "tracingConfiguration" not in request.parameters:
        return
    scope = emulators.module("ministack.core.responses").request_scope
    with scope(request.account, request.region):
        machines = emulators.ministack("stepfunctions")._state_machines
        record = machines[request.parameters["stateMachineArn"]]
        record["tracingConfiguration"] = dict(request.parameters["tracingConfiguration"])
