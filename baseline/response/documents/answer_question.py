"""Script of the Automation document that answers a playbook's question, run as who started it."""

import json

import boto3


def answer(events: dict[str, str], context: object) -> dict[str, object]:  # noqa: ARG001 - Automation's
    """Send the answer to the step that waits for it, with the name of who gave it.

    Args:
        events: ``OpsItemId``, ``Step`` and ``Decision`` (``approve`` or ``refuse``).
        context: not used.

    Raises:
        ValueError: the ticket has no such question, or the decision is none.
    """
    if events["Decision"] not in {"approve", "refuse"}:
        message = f"Decision is {events['Decision']!r}; write approve or refuse"
        raise ValueError(message)
    item = boto3.client("ssm").get_ops_item(OpsItemId=events["OpsItemId"])["OpsItem"]
    data = item.get("OperationalData", {})
    key = f"question-{events['Step']}"
    if key not in data:
        known = sorted(name.removeprefix("question-") for name in data if "question-" in name)
        message = (
            f"OpsItem {events['OpsItemId']} has no question about step {events['Step']!r}; "
            f"it has: {', '.join(known) or 'none'}"
        )
        raise ValueError(message)
    question = json.loads(data[key]["Value"])
    person = boto3.client("sts").get_caller_identity()["Arn"]
    states = boto3.client("stepfunctions")
    if events["Decision"] == "approve":
        output = json.dumps({"decision": "approve", "by": person})
        states.send_task_success(taskToken=question["token"], output=output)
    else:
        states.send_task_failure(
            taskToken=question["token"], error="Refused", cause=f"refused by {person}"
        )
    return {"question": question["question"], "planned": question["planned"], "by": person}
