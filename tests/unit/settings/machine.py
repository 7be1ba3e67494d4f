"""Runs a state machine's definition with the interpreter of the embedded AWS, in this process.

Functions are called as Python functions; S3 is whatever boto3 reaches (moto), so that the
definition, the handlers and the objects between them are tested together.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from ministack.core.responses import request_scope
from ministack.services import stepfunctions

from baseline.local.backends import map_results

Function = Callable[[dict[str, Any]], Any]

ACCOUNT, REGION = "333333333333", "eu-west-1"


def run(
    definition: str,
    given: dict[str, Any],
    functions: Mapping[str, Function],
    monkeypatch: pytest.MonkeyPatch,
    *,
    waits: list[float] | None = None,
    **substitutions: str,
) -> dict[str, Any]:
    """Run an execution to its end and give its output.

    Args:
        definition: JSON with placeholders.
        given: input of the execution.
        functions: placeholder of a function to what is called.
        monkeypatch: puts functions, S3 and the clock into the interpreter.
        waits: collects the seconds of all waits, none of which is really waited.
        **substitutions: placeholder to value.
    """
    for name, value in {**substitutions, **{key: key for key in functions}}.items():
        definition = definition.replace(f"${{{name}}}", value)
    assert "${" not in definition

    def call(function: str, payload: Any) -> Any:
        try:
            answer = functions[function](json.loads(json.dumps(payload)))
        except Exception as error:
            raise stepfunctions._ExecutionError(type(error).__name__, str(error)) from error
        return json.loads(json.dumps(answer))

    def read(bucket: str, key: str) -> str:
        found = boto3.client("s3", region_name=REGION).get_object(Bucket=bucket, Key=key)
        return str(found["Body"].read().decode())

    def put(bucket: str, key: str, body: bytes) -> None:
        boto3.client("s3", region_name=REGION).put_object(Bucket=bucket, Key=key, Body=body)

    monkeypatch.setattr(stepfunctions, "_call_lambda", call)
    monkeypatch.setattr(stepfunctions, "_s3_object_text", read)
    monkeypatch.setattr(stepfunctions, "_scaled_sleep", (waits if waits is not None else []).append)
    monkeypatch.setattr(stepfunctions, "_run_distributed_map", stepfunctions._run_distributed_map)
    map_results.write_to_s3(put)
    machine = json.loads(definition)
    name = str(uuid.uuid4())
    execution: dict[str, Any] = {
        "executionArn": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:sweep:{name}",
        "stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:sweep",
        "name": name,
        "events": [],
        "mockAttempts": {},
    }
    context = {
        "Execution": {"Name": name, "StartTime": datetime.now(UTC).isoformat(), "Input": given}
    }
    with request_scope(ACCOUNT, REGION):
        output: dict[str, Any] = stepfunctions._run_sub_machine(
            machine["States"], machine["StartAt"], given, execution, context
        )
    return output
