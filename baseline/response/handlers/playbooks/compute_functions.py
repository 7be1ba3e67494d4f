"""A function that mines: nothing invokes it any more."""

from __future__ import annotations

import os

from botocore.exceptions import ClientError
from calls import Call, NothingToDo

GONE = "ResourceNotFoundException"


def stop_function(call: Call) -> None:
    """Reserve no concurrency for the function, so that every invocation of it is refused."""
    if call.target["kind"] != "function":
        raise NothingToDo(f"the incident is about a {call.target['kind']}, not a function")
    name, client = call.target["id"], call.client("lambda")
    if name.startswith(f"{os.environ['PREFIX']}-"):
        raise NothingToDo(f"{name} belongs to the baseline: a person decides")
    try:
        configuration = client.get_function_configuration(FunctionName=name)
        before = client.get_function_concurrency(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == GONE:
            raise NothingToDo(f"function {name} does not exist") from error
        raise
    reserved = before.get("ReservedConcurrentExecutions")
    # Variables of the environment may be secrets.
    kept = {key: value for key, value in configuration.items() if key != "Environment"}
    call.keep("before.json", {"ReservedConcurrentExecutions": reserved, "Configuration": kept})
    if reserved == 0:
        return
    call.change(
        f"reserve no concurrency for {name}, so that nothing invokes it",
        lambda: client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0),
    )
