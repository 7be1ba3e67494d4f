"""Step Functions: the ResultWriter of a Distributed Map, which ministack does not know.

Results are written as Step Functions writes them: one file of JSON lines per outcome and a manifest
that names the files; the state's result is the place of the manifest.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from baseline.local import emulators, internal

Put = Callable[[str, str, bytes], None]
Run = Callable[..., Any]

_LEFT_TO_US = ("ResultWriter", "ResultSelector", "ResultPath", "OutputPath")
_ORIGINAL = "_baseline_original"
_CONFIG = {"Transformation": "COMPACT", "OutputType": "JSONL"}


def put_object(bucket: str, key: str, body: bytes) -> None:
    """Write an object in the account and Region of the state machine."""
    account, region = emulators.scope()
    internal.client("s3", account, region).put_object(Bucket=bucket, Key=key, Body=body)


def write_to_s3(put: Put) -> None:
    """Let maps with a ResultWriter write their results with ``put``."""
    service = emulators.ministack("stepfunctions")
    original = getattr(service._run_distributed_map, _ORIGINAL, service._run_distributed_map)

    def run(state: dict[str, Any], raw: Any, *rest: Any) -> Any:  # noqa: ANN401 - JSON, no types
        writer = state.get("ResultWriter")
        if writer is None:
            return original(state, raw, *rest)
        if writer.get("WriterConfig") != _CONFIG:
            raise NotImplementedError(f"the embedded AWS writes map results with {_CONFIG} only")
        plain = {name: value for name, value in state.items() if name not in _LEFT_TO_US}
        _, following = original(plain, raw, *rest)
        *_, execution, context = rest
        result = _write(writer["Parameters"], execution["executionArn"], put)
        selected = service._apply_result_selector(state, result)
        output = service._apply_result_path(state, raw, selected)
        return service._apply_output_path(state, output, context), following

    setattr(run, _ORIGINAL, original)
    service._run_distributed_map = run


def _write(place: dict[str, str], execution: str, put: Put) -> dict[str, Any]:
    """Write the results of the execution's last Map Run and give the state's result."""
    service = emulators.ministack("stepfunctions")
    arn = [key for key, run in service._map_runs.items() if run["executionArn"] == execution][-1]
    children = [each for each in service._executions.values() if each.get("mapRunArn") == arn]
    folder = f"{place['Prefix']}/{arn.rpartition(':')[2]}"
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for status, text in (("SUCCEEDED", _outputs(children)), ("FAILED", _failures(children))):
        if text:
            key = f"{folder}/{status}_0.jsonl"
            put(place["Bucket"], key, text)
            files[status].append({"Key": key, "Size": len(text)})
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": arn, "ResultFiles": files}
    put(place["Bucket"], f"{folder}/manifest.json", json.dumps(manifest).encode())
    details = {"Bucket": place["Bucket"], "Key": f"{folder}/manifest.json"}
    return {"MapRunArn": arn, "ResultWriterDetails": details}


def _outputs(children: Iterable[dict[str, Any]]) -> bytes:
    return _lines(each["output"] for each in children if each["status"] == "SUCCEEDED")


def _failures(children: Iterable[dict[str, Any]]) -> bytes:
    """Give what is kept of failed executions: metadata and input, as without a transformation."""
    return _lines(
        json.dumps(
            {
                "ExecutionArn": each["executionArn"],
                "Input": each["input"],
                "Status": each["status"],
                "Error": each.get("error"),
                "Cause": each.get("cause"),
            }
        )
        for each in children
        if each["status"] != "SUCCEEDED"
    )


def _lines(documents: Iterable[str]) -> bytes:
    return "".join(f"{document}\n" for document in documents).encode()
