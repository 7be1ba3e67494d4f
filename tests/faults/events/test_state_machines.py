"""State machines as they are deployed: every task ends, throttling is waited out, failures are told.

A task that fails for good is told by the report or by the alarm on the machine, and so is a run that
took too long or that somebody stopped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from baseline.detection import inspector_sbom
from baseline.organization import root_removal_definition
from baseline.primitives.state_machine import BAD_ENDS
from baseline.response.playbooks.catalog import PLAYBOOKS
from baseline.response.playbooks.definition import definition as playbook_definition
from baseline.settings import sweep_definition

State = dict[str, Any]
LONGEST_TASK, LONGEST_QUESTION = 900, 7 * 24 * 3600
LAMBDA = {"Lambda.ServiceException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException"}
"""Errors with which Lambda itself asks to come back.

Source: AWS Step Functions Developer Guide, "Handling errors in Step Functions workflows".
"""
ENDS = {
    "Check",
    "Close",
    "ListAccounts",
    "Open",
    "Plan",
    "Report",
    "Select",
    "Start",
    "WriteReport",
}
"""Tasks without which there is nothing to do or to tell: the alarm on the machine tells instead."""
THROTTLED = {"Throttled", "ThrottledError"}
"""Errors with which our functions say that AWS throttles them."""


def definitions() -> dict[str, str]:
    found = {
        f"playbook {each.id}": playbook_definition(each, approval_hours=24) for each in PLAYBOOKS
    }
    return found | {
        "root removal": root_removal_definition.definition(approval_hours=24),
        "sweep": sweep_definition.definition(max_concurrency=40, timeout_seconds=600),
        "bills of materials": inspector_sbom.definition(),
    }


def states(machine: State, path: str = "") -> Iterator[tuple[str, State]]:
    """Give every state with its path, those of maps included."""
    for name, state in machine["States"].items():
        yield f"{path}{name}", state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"], f"{path}{name}/")


def tasks(machine: State) -> dict[str, State]:
    return {name: each for name, each in states(machine) if each["Type"] == "Task"}


def wrongs(machine: State) -> list[str]:
    """Give what is wrong with a machine."""
    found: list[str] = []
    for name, task in tasks(machine).items():
        question = task["Resource"].endswith(".waitForTaskToken")
        limit = LONGEST_QUESTION if question else LONGEST_TASK
        if not 0 < task.get("TimeoutSeconds", 0) <= limit:
            found.append(f"{name}: it may take for ever")
        retries = task.get("Retry", [])
        passing = [each for each in retries if set(each["ErrorEquals"]) >= LAMBDA]
        # A question is put again whatever went wrong; its answers come before.
        passing = passing or [
            {**each, "ErrorEquals": [*LAMBDA, *THROTTLED]}
            for each in retries
            if question and each["ErrorEquals"] == ["States.ALL"]
        ]
        if not passing or not all(map(_patient, passing)):
            found.append(f"{name}: throttling is not waited out")
        elif not THROTTLED & set(passing[0]["ErrorEquals"]):
            found.append(f"{name}: what a function says of throttling is not waited out")
        # What is final comes first, and what catches all last: the first that fits decides.
        for position, each in enumerate(retries[:-1]):
            if each["ErrorEquals"] == ["States.ALL"]:
                found.append(f"{name}: retry {position} hides those after it")
        if any(not each.get("ResultPath", "").startswith("$.") for each in task.get("Catch", [])):
            found.append(f"{name}: its catch throws away what was done before")
    found += _maps(machine)
    ends = [each for _, each in states(machine) if each["Type"] in {"Succeed", "Fail"}]
    if not ends and not any(each.get("End") for _, each in states(machine)):
        found.append("it never ends")
    return found


def uncaught(machine: State) -> list[str]:
    """Give the tasks whose failure ends the run, but for those at its two ends."""
    caught = {name for name, task in tasks(machine).items() if "Catch" in task}
    ends = [name for name in tasks(machine) if name in ENDS]
    return sorted(tasks(machine).keys() - caught - {*ends})


def _patient(retry: State) -> bool:
    return (
        retry["MaxAttempts"] >= 5
        and retry.get("BackoffRate", 2) >= 2
        and retry.get("JitterStrategy") == "FULL"
    )


def _maps(machine: State) -> Iterator[str]:
    """Give maps in which one item stops the others, or whose results have no room."""
    for name, state in states(machine):
        if state["Type"] != "Map":
            continue
        inside = tasks(state["ItemProcessor"])
        for each, task in inside.items():
            if not any(catch["ErrorEquals"] == ["States.ALL"] for catch in task.get("Catch", [])):
                yield f"{name}/{each}: one item that fails stops the others"
        if not 0 < state.get("MaxConcurrency", 0) <= 1_000:
            yield f"{name}: its concurrency has no limit"
        if state["ItemProcessor"]["ProcessorConfig"]["Mode"] != "DISTRIBUTED":
            continue
        if state.get("ToleratedFailurePercentage") != 100:
            yield f"{name}: a failed child stops the others"
        if "s3:putObject" not in state.get("ResultWriter", {}).get("Resource", ""):
            yield f"{name}: its results pass through the state"
        if "s3:getObject" not in state.get("ItemReader", {}).get("Resource", ""):
            yield f"{name}: its items pass through the state"


@pytest.mark.parametrize("name", definitions())
def test_every_task_ends_waits_out_throttling_and_is_reported(name: str) -> None:
    machine = json.loads(definitions()[name])
    assert tasks(machine)
    assert wrongs(machine) == []


def test_each_kind_of_mistake_is_noticed() -> None:
    """The judge itself: each protection that is taken away is missed."""
    text = definitions()["sweep"]
    for protection in (
        '"TimeoutSeconds": ',
        '"Lambda.TooManyRequestsException"',
        '"ThrottledError"',
        '"JitterStrategy": "FULL"',
        '"ToleratedFailurePercentage": 100',
        '"ResultWriter"',
        '"ItemReader"',
        '"States.ALL"',
        '"ResultPath": "$.failure"',
        '"MaxConcurrency"',
    ):
        assert protection in text
        weaker = text.replace(protection, re.sub(r"\w+(?=\")", "X", protection, count=1))
        assert wrongs(json.loads(weaker)), protection


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda each: each.id)
def test_a_step_that_fails_leads_to_the_next_and_to_the_report(playbook: Any) -> None:
    machine = json.loads(playbook_definition(playbook, approval_hours=24))
    for step in playbook.steps:
        state = machine["States"][step.title]
        [catch] = state["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"]
        assert catch["ResultPath"] == f"$.results.{step.key}"
        assert catch["Next"] == state["Next"]
        if step.kind == "destructive":
            assert machine["States"][f"Decide: {step.title}"]["Default"] == f"Ask: {step.title}"
        assert any(each["ErrorEquals"] == ["States.ALL"] for each in state["Retry"])
    assert machine["States"]["IsContained"]["Choices"][0]["Next"] == "NotContained"


def deployed(templates: dict[str, Any]) -> Iterator[tuple[str, State]]:
    """Give every machine of ours in the templates; the CDK's own waiters are the CDK's."""
    for stack, template in templates.items():
        for name, resource in template.get("Resources", {}).items():
            if resource["Type"] != "AWS::StepFunctions::StateMachine":
                continue
            text = resource["Properties"].get("DefinitionString")
            if isinstance(text, str):
                yield f"{stack}/{name}", json.loads(text)


def test_what_is_deployed_is_so_too(templates: dict[str, Any]) -> None:
    found = dict(deployed(templates))
    assert len(found) > len(PLAYBOOKS)
    assert fragile(templates) == {}


def fragile(templates: dict[str, Any]) -> dict[str, list[str]]:
    """Give what is wrong with the machines of templates."""
    found = {name: [*wrongs(each), *uncaught(each)] for name, each in deployed(templates)}
    return {name: said for name, said in found.items() if said}


def test_a_catch_that_is_gone_is_noticed() -> None:
    for name, definition in definitions().items():
        machine = json.loads(definition)
        for task in tasks(machine).values():
            if task.pop("Catch", None):
                assert uncaught(machine), name
                break


def untold(template: dict[str, Any]) -> set[str]:
    """Give each machine of ours and each bad end of it that no alarm counts and tells."""
    alarms = [
        each["Properties"]
        for each in template.get("Resources", {}).values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    ]
    told = {end for alarm in alarms for end in _told(alarm)}
    ours = [path.rpartition("/")[2] for path, _ in deployed({"": template})]
    return {f"{name} {end}" for name in ours for end in BAD_ENDS} - told


def _told(alarm: State) -> Iterator[str]:
    total, *counted = alarm.get("Metrics", [{}])
    if not alarm.get("AlarmActions") or not alarm.get("ActionsEnabled", True):
        return
    for row in counted:
        metric = row["MetricStat"]["Metric"]
        machine = metric["Dimensions"][0]["Value"]
        if "Fn::GetAtt" in machine and f"FILL({row['Id']},0)" in total["Expression"]:
            yield f"{machine['Fn::GetAtt'][0]} {metric['MetricName']}"


def test_a_run_that_fails_takes_too_long_or_is_stopped_is_told(templates: dict[str, Any]) -> None:
    assert {stack: untold(each) for stack, each in templates.items() if untold(each)} == {}


def test_an_alarm_that_counts_less_or_tells_nobody_is_noticed(templates: dict[str, Any]) -> None:
    template = next(each for _, each in sorted(templates.items()) if dict(deployed({"": each})))
    for name, alarm in template["Resources"].items():
        properties = alarm["Properties"]
        if alarm["Type"] != "AWS::CloudWatch::Alarm" or "AWS/States" not in str(properties):
            continue
        first, *rest = properties["Metrics"]
        weaker = [
            {**properties, "ActionsEnabled": False},
            {**properties, "AlarmActions": []},
            {**properties, "Metrics": [first, *rest[1:]]},
            {**properties, "Metrics": [{**first, "Expression": "FILL(m1,0)"}, *rest]},
        ]
        for each in weaker:
            changed = {**template["Resources"], name: {**alarm, "Properties": each}}
            assert untold({"Resources": changed}), (name, each)
        return
    pytest.fail("no alarm on a state machine")
