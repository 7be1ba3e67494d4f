"""Questions: a step that needs a person waits for that person's answer.

The answer comes from a person's own session, through the Automation document or the CLI, so that
CloudTrail has who gave it. The token goes into the ticket and into no message.
"""

from __future__ import annotations

import json
import os
from typing import Any

import clients
import tickets

State = dict[str, Any]

APPROVE = "approve"
UNNEEDED = "unneeded"
PROCEED = frozenset({APPROVE, UNNEEDED})
"""Answers after which the step is done: one that changes nothing needs nobody's."""

SUBJECT_LENGTH = 100


def ask(event: State, *, planned: list[str]) -> None:
    """Put the question into the ticket and tell the team, or answer it where nothing would change.

    Args:
        event: the operation, with ``step``, ``title``, ``state`` and the task's ``token``.
        planned: what the step would do now, in words.

    Raises:
        ClientError: when the team cannot be told; the step is left out then, and the report says so.
    """
    incident = event["state"]["incident"]
    if not planned:
        clients.own("stepfunctions").send_task_success(
            taskToken=event["token"], output=json.dumps({"decision": UNNEEDED, "by": None})
        )
        return
    question = {
        "step": event["step"],
        "question": event["title"],
        "planned": planned,
        "token": event["token"],
    }
    if not tickets.add(incident, f"question-{event['step']}", json.dumps(question)):
        # Without a ticket nobody can answer: the message has to say so.
        planned = [*planned, "The question is not in a ticket; answer by the execution's token."]
    document = os.environ["ANSWER_DOCUMENT"]
    lines = [
        f"{incident['title']} in account {incident['account']}, Region {incident['region']}.",
        "",
        f"Waits for your answer: {event['title']}.",
        *(f"- {each}" for each in planned),
        "",
        "To answer, with your own session in the security account:",
        (
            f"aws ssm start-automation-execution --document-name {document} --parameters "
            f"'OpsItemId={incident['ticket']},Step={event['step']},Decision=approve'"
        ),
        "Decision=refuse leaves the step out. No answer is a refusal.",
        f"Execution: {event['execution']}",
    ]
    subject = f"Answer needed: {event['title']} in {incident['account']}"
    clients.own("sns").publish(
        TopicArn=os.environ["TOPIC_ARN"],
        Subject=subject.encode("ascii", "replace").decode()[:SUBJECT_LENGTH],
        Message="\n".join(lines),
    )
