"""The state machine of a sweep: list the accounts, visit each of them, write one report.

Neither the list nor the results pass through the state, whose size is limited: the map reads the
list from S3 and writes its results there, so that ten accounts and ten thousand take the same
memory. An account that fails becomes a result that says so.
"""

from __future__ import annotations

import json
from typing import Any

THROTTLED = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.TooManyRequestsException",
    "ThrottledError",
)
"""Errors that pass: of Lambda itself, and the one that a handler raises when AWS throttles it."""

RESULTS_PREFIX = "results"
RUNS_PREFIX = "runs"
REPORTS_PREFIX = "reports"

ATTEMPTS = 5
"""Repetitions of a throttled account; waits 10, 20, 40, 80 and 160 seconds, jittered."""

FUNCTION_SECONDS = 900
"""The longest that Lambda lets a function run."""

State = dict[str, Any]


def definition(*, max_concurrency: int, timeout_seconds: int) -> str:
    """Render the definition, in JSON, with a placeholder for the bucket and for each function.

    Args:
        max_concurrency: accounts at the same time.
        timeout_seconds: limit of one account.
    """
    states: dict[str, State] = {
        "IsDelayed": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.delay_seconds", "IsPresent": True, "Next": "Delay"},
            ],
            "Default": "ListAccounts",
        },
        "Delay": {"Type": "Wait", "SecondsPath": "$.delay_seconds", "Next": "ListAccounts"},
        "ListAccounts": {
            **_invoke(
                "ListFunction",
                {
                    "input.$": "$",
                    "run.$": "$$.Execution.Name",
                    "started.$": "$$.Execution.StartTime",
                },
            ),
            "Next": "EachAccount",
        },
        "EachAccount": _each_account(max_concurrency, timeout_seconds),
        "WriteReport": {**_invoke("ReportFunction", {"sweep.$": "$"}), "End": True},
    }
    return json.dumps({"StartAt": "IsDelayed", "States": states})


def _each_account(max_concurrency: int, timeout_seconds: int) -> State:
    visit = _invoke(
        "AccountFunction",
        {
            "account.$": "$.account",
            "dry_run.$": "$.dry_run",
            "run.$": "$.run",
            "options.$": "$.options",
            "attempt.$": "$$.State.RetryCount",
        },
    )
    return {
        "Type": "Map",
        "Label": "EachAccount",
        "MaxConcurrency": max_concurrency,
        "ToleratedFailurePercentage": 100,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "${Bucket}", "Key.$": "$.accounts_key"},
        },
        "ItemSelector": {
            "account.$": "$$.Map.Item.Value",
            "dry_run.$": "$.dry_run",
            "run.$": "$.run",
            "options.$": "$.options",
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Account",
            "States": {
                "Account": {
                    **visit,
                    "TimeoutSeconds": timeout_seconds,
                    "Catch": [
                        {
                            "ErrorEquals": ["States.ALL"],
                            "ResultPath": "$.failure",
                            "Next": "Failed",
                        }
                    ],
                    "End": True,
                },
                "Failed": {
                    "Type": "Pass",
                    "Parameters": {
                        "account.$": "$.account",
                        "state": "failed",
                        "rows": [],
                        "error.$": "$.failure.Error",
                        "cause.$": "$.failure.Cause",
                    },
                    "End": True,
                },
            },
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "${Bucket}", "Prefix": RESULTS_PREFIX},
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
        },
        "ResultPath": "$.results",
        "Next": "WriteReport",
    }


def _invoke(function: str, payload: State) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": f"${{{function}}}", "Payload": payload},
        "OutputPath": "$.Payload",
        "TimeoutSeconds": FUNCTION_SECONDS,
        "Retry": [
            {
                "ErrorEquals": list(THROTTLED),
                "IntervalSeconds": 10,
                "BackoffRate": 2,
                "MaxAttempts": ATTEMPTS,
                "JitterStrategy": "FULL",
            }
        ],
    }
