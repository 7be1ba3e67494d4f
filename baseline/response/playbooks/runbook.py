"""The runbook of a playbook, for people, from the same definition as its state machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from baseline.response.playbooks.definition import definition
from baseline.response.playbooks.model import Mode, Playbook, Step
from baseline.response.playbooks.start import parameter_of

PREFIX = "secbase"
"""Start of the names in the commands, as in the example; yours is ``prefix`` of baseline.yaml."""

APPROVAL_HOURS = 24

MODES: dict[Mode, str] = {
    "contain": "it acts, and asks before destructive steps",
    "ask": "it asks before each step that changes something",
    "dry_run": "it reports what it would do",
    "off": "it is not there",
}
KINDS = {
    "evidence": "keeps evidence",
    "contain": "contains; can be taken back",
    "destructive": "destructive: waits for a person",
}


def runbook(playbook: Playbook) -> str:
    """Render the page, in Markdown: what starts it, each step with its undo, and what is left.

    Args:
        playbook: the playbook.
    """
    return "\n".join([*_head(playbook), *_steps(playbook), *_people(playbook)])


def _head(playbook: Playbook) -> Iterator[str]:
    yield f"# {playbook.title}"
    yield ""
    yield playbook.summary
    yield ""
    yield f"State machine `{PREFIX}-playbook-{playbook.id}`, security account, home Region. Severity {playbook.severity}. By default (`{playbook.mode}`) {MODES[playbook.mode]}."
    yield ""
    yield "## What starts it"
    yield ""
    for trigger in playbook.triggers:
        yield f"- {trigger.says}"
        yield from (f"  - `{name}`" for name in _named(trigger.pattern))
    yield from _start(playbook)


def _start(playbook: Playbook) -> Iterator[str]:
    if playbook.by_hand is None:
        return
    values = {"Account": "ACCOUNT", "Region": "REGION"}
    values |= {parameter_of(key): key.upper() for key in playbook.by_hand.inputs}
    given = ",".join(f"{key}={value}" for key, value in {**values, "Reason": "WHY"}.items())
    yield ""
    yield "By hand, in the security account: a dry run, a pause in which you read it, the playbook itself."
    yield ""
    yield "```sh"
    yield f"aws ssm start-automation-execution --document-name {PREFIX}-start-{playbook.id} --parameters '{given}'"
    yield "aws ssm get-automation-execution --automation-execution-id EXECUTION"
    yield "aws ssm send-automation-signal --automation-execution-id EXECUTION --signal-type Resume --payload StepName=ReadThePlan"
    yield "```"
    yield ""
    for key, what in playbook.by_hand.inputs.items():
        yield f"- `{parameter_of(key)}`: {what}"


def _steps(playbook: Playbook) -> Iterator[str]:
    states = json.loads(definition(playbook, approval_hours=APPROVAL_HOURS))["States"]
    yield ""
    yield "## What it does"
    yield ""
    yield "| step | kind | tries | waits |"
    yield "|---|---|---|---|"
    for step in playbook.steps:
        yield _row(step, states[step.title])
    for number, step in enumerate(playbook.steps, 1):
        yield ""
        yield f"### {number}. {step.title}"
        yield ""
        yield step.why
        if step.by_hand:
            yield ""
            yield "By hand:"
            yield ""
            yield "```sh"
            yield from step.by_hand
            yield "```"
        if step.undo:
            yield ""
            yield "To take it back:"
            yield ""
            yield "```sh"
            yield from step.undo
            yield "```"


def _row(step: Step, state: dict[str, Any]) -> str:
    last = state["Retry"][-1]["MaxAttempts"] + 1
    waits = f"{step.waits_minutes} minutes" if step.waits_minutes else "-"
    return f"| {step.title} | {KINDS[step.kind]} | {last} | {waits} |"


def _people(playbook: Playbook) -> Iterator[str]:
    yield ""
    yield "A step that fails does not stop the next. The ticket (an OpsItem of the security account), the message to the critical topic and `timeline.json` in the evidence say what each step did; the execution ends as failed, which raises an alarm. Started again, it does what is left and nothing twice."
    destructive = [step for step in playbook.steps if step.kind == "destructive"]
    if destructive:
        yield ""
        yield f"A question waits {APPROVAL_HOURS} hours (`response.playbooks.approval_hours`); no answer leaves the step out:"
        yield ""
        yield "```sh"
        for step in destructive:
            yield f"aws ssm start-automation-execution --document-name {PREFIX}-answer-playbook --parameters 'OpsItemId=TICKET,Step={step.key},Decision=approve'"
        yield "```"
    yield from _list("Attack or false alarm?", playbook.judge)
    yield from _list("What is left for you", playbook.afterwards)
    yield from _list("Sources", playbook.sources)


def _list(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"## {title}"
    yield ""
    for line in lines:
        yield f"- {line}"


def _named(pattern: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Give what a pattern names: finding types, controls and API calls."""
    detail = pattern.get("detail", {})
    lists = [detail.get("type", []), detail.get("eventName", [])]
    lists.append(detail.get("findings", {}).get("Compliance", {}).get("SecurityControlId", []))
    for values in lists:
        for value in values:
            if isinstance(value, str):
                yield value
            elif "prefix" in value:
                yield f"{value['prefix']}*"
