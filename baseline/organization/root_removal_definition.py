"""The state machine that removes root credentials: plan, look, ask, match, remove, report.

Nothing is removed without an answer that names a person and the accounts. Whatever else ends the
question (a refusal, a time-out, an answer about something else) ends in a report that says so.
"""

from __future__ import annotations

import json
from typing import Any

from baseline.settings.sweep_definition import ATTEMPTS, THROTTLED

CONCURRENT_ACCOUNTS = 5
ROOT_SECONDS = 300
BROKEN_OFF = ("Lambda.Unknown", "Sandbox.Timedout", "States.Timeout")
"""Errors of a function that was ended in the middle; each step can be done again.

Source: AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows".
"""
REFUSED = "Refused"
"""Error with which a person refuses (``send-task-failure --error Refused``)."""

State = dict[str, Any]


def definition(*, approval_hours: int) -> str:
    """Render the definition, with the placeholders RootFunction and StepFunction.

    Args:
        approval_hours: hours after which the question is void.
    """
    states: dict[str, State] = {
        "Plan": {
            **_invoke(
                "StepFunction",
                {
                    "step": "plan",
                    "input.$": "$",
                    "machine.$": "$$.StateMachine.Id",
                    "run.$": "$$.Execution.Name",
                },
            ),
            "OutputPath": "$.Payload",
            "Next": "IsAnyAccountNamed",
        },
        "IsAnyAccountNamed": _choice("$.accounts[0]", "Look", "NothingToDo"),
        "NothingToDo": {"Type": "Succeed"},
        "Look": _each("$.accounts", "look", "$.looked", "Select"),
        "Select": {
            **_invoke("StepFunction", {"step": "select", "looked.$": "$.looked"}),
            "ResultSelector": {
                "candidates.$": "$.Payload.candidates",
                "results.$": "$.Payload.results",
            },
            "ResultPath": "$.selected",
            "Next": "IsAnythingThere",
        },
        "IsAnythingThere": _choice("$.selected.candidates[0]", "IsDryRun", "NothingThere"),
        "NothingThere": _end("had nothing to remove"),
        "IsDryRun": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.dry_run", "BooleanEquals": False, "Next": "Ask"}],
            "Default": "DryRun",
        },
        "DryRun": _end("was a dry run"),
        "Ask": _ask(approval_hours),
        "TimedOut": _end("was not answered in time", asked=True),
        "Refused": _end("was refused", asked=True, cause="$.failure.Cause"),
        "Match": {
            **_invoke(
                "StepFunction",
                {
                    "step": "match",
                    "answer.$": "$.answer",
                    "candidates.$": "$.selected.candidates",
                },
            ),
            "ResultSelector": {
                "accounts.$": "$.Payload.accounts",
                "approver.$": "$.Payload.approver",
            },
            "ResultPath": "$.approval",
            "Catch": [_catch("ApprovalError", "InvalidApproval")],
            "Next": "Remove",
        },
        "InvalidApproval": _end("got an invalid approval", asked=True, cause="$.failure.Cause"),
        "Remove": _each("$.approval.accounts", "remove", "$.removed", "Approved"),
        "Approved": {
            "Type": "Pass",
            "Parameters": {
                "outcome": "was approved",
                "approver.$": "$.approval.approver",
                "asked": True,
                "cause": "",
                "removed.$": "$.removed",
            },
            "ResultPath": "$.end",
            "Next": "Report",
        },
        "Report": {
            **_invoke(
                "StepFunction",
                {
                    "step": "report",
                    "run.$": "$$.Execution.Name",
                    "end.$": "$.end",
                    "results.$": "$.selected.results",
                    "candidates.$": "$.selected.candidates",
                },
            ),
            "OutputPath": "$.Payload",
            "Next": "HasAnythingFailed",
        },
        "HasAnythingFailed": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.failed", "NumericGreaterThan": 0, "Next": "Failed"}],
            "Default": "Done",
        },
        "Failed": {
            "Type": "Fail",
            "Error": "AccountsFailed",
            "Cause": "At least one account failed; the report in the output of the state Report "
            "names it",
        },
        "Done": {"Type": "Succeed"},
    }
    return json.dumps({"StartAt": "Plan", "States": states})


def _ask(approval_hours: int) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {
            "FunctionName": "${StepFunction}",
            "Payload": {
                "step": "ask",
                "candidates.$": "$.selected.candidates",
                "token.$": "$$.Task.Token",
                "run.$": "$$.Execution.Name",
            },
        },
        "TimeoutSeconds": approval_hours * 3600,
        # An answer, and none in time, is final; a question that was not put is put again.
        "Retry": _retries()[:1],
        "ResultPath": "$.answer",
        # Every other error is a fault of the question itself and fails the execution.
        "Catch": [_catch("States.Timeout", "TimedOut"), _catch(REFUSED, "Refused")],
        "Next": "Match",
    }


def _each(items: str, task: str, result: str, following: str) -> State:
    return {
        "Type": "Map",
        "ItemsPath": items,
        "MaxConcurrency": CONCURRENT_ACCOUNTS,
        "ItemSelector": {"account.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": task.title(),
            "States": {
                task.title(): {
                    **_invoke("RootFunction", {"task": task, "account.$": "$.account"}),
                    "OutputPath": "$.Payload",
                    "TimeoutSeconds": ROOT_SECONDS,
                    "Catch": [_catch("States.ALL", f"{task.title()}Failed")],
                    "End": True,
                },
                f"{task.title()}Failed": {
                    "Type": "Pass",
                    "Parameters": {
                        "account.$": "$.account" if task == "look" else "$.account.account",
                        "name": "",
                        "state": "failed",
                        "detail.$": "States.Format('{}: {}', $.failure.Error, $.failure.Cause)",
                    },
                    "End": True,
                },
            },
        },
        "ResultPath": result,
        "Next": following,
    }


def _end(outcome: str, *, asked: bool = False, cause: str | None = None) -> State:
    """Give the end of a removal that removes nothing."""
    told = {"cause": ""} if cause is None else {"cause.$": cause}
    return {
        "Type": "Pass",
        "Parameters": {
            "outcome": outcome,
            "approver": "",
            "asked": asked,
            "removed": [],
            **told,
        },
        "ResultPath": "$.end",
        "Next": "Report",
    }


def _choice(variable: str, present: str, absent: str) -> State:
    return {
        "Type": "Choice",
        "Choices": [{"Variable": variable, "IsPresent": True, "Next": present}],
        "Default": absent,
    }


def _catch(error: str, following: str) -> State:
    return {"ErrorEquals": [error], "ResultPath": "$.failure", "Next": following}


def _invoke(function: str, payload: State) -> State:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": f"${{{function}}}", "Payload": payload},
        "TimeoutSeconds": ROOT_SECONDS,
        "Retry": _retries(),
    }


def _retries() -> list[State]:
    return [
        {
            "ErrorEquals": list(THROTTLED),
            "IntervalSeconds": 10,
            "BackoffRate": 2,
            "MaxAttempts": ATTEMPTS,
            "JitterStrategy": "FULL",
        },
        {
            "ErrorEquals": list(BROKEN_OFF),
            "IntervalSeconds": 10,
            "BackoffRate": 2,
            "MaxAttempts": 2,
            "JitterStrategy": "FULL",
        },
    ]
