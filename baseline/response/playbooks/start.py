"""StartDocument: a person starts a playbook, sees its plan, and then lets it act."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.errors import BaselineError
from baseline.response.playbooks.answer import RUNTIME, script_of
from baseline.response.playbooks.model import Playbook

SCRIPT = Path(__file__).parents[1] / "documents" / "start_playbook.py"
VALUE_PATTERN = r"^[\w+=,.@:/*-]{1,1024}$"


class StartDocument(Construct):
    """An Automation document that guides a person: dry run, a pause to read it, the run itself.

    It has no role of its own: it runs as the person who starts it.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        playbook: the playbook; one that people start.
        name: physical name.
        machine_name: name of the playbook's state machine.

    Attributes:
        document: the ``CfnDocument``.

    Raises:
        BaselineError: when only events start the playbook.

    Source: AWS Systems Manager User Guide, "aws:executeScript" and "aws:pause".
    """

    def __init__(
        self, scope: Construct, id: str, *, playbook: Playbook, name: str, machine_name: str
    ) -> None:
        super().__init__(scope, id)
        if playbook.by_hand is None:
            raise BaselineError(
                f"playbook {playbook.id} is started by events only; give it by_hand"
            )
        machine = cdk.Stack.of(self).format_arn(
            service="states",
            resource="stateMachine",
            resource_name=machine_name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.document = ssm.CfnDocument(
            self,
            "Document",
            name=name,
            document_type="Automation",
            document_format="JSON",
            update_method="NewVersion",
            content=_content(playbook, machine),
        )


def parameter_of(key: str) -> str:
    """Give the parameter's name of a target's key: ``bucket_name`` is ``BucketName``."""
    return "".join(word.title() for word in key.split("_")) if key != "id" else "Id"


def _content(playbook: Playbook, machine: str) -> dict[str, object]:
    by_hand = playbook.by_hand
    assert by_hand is not None  # noqa: S101 - the constructor refuses it
    inputs = {
        parameter_of(key): {
            "type": "String",
            "description": f"{what[:1].upper()}{what[1:]}.",
            "allowedPattern": VALUE_PATTERN,
        }
        for key, what in by_hand.inputs.items()
    }
    return {
        "schemaVersion": "0.3",
        "description": f"{playbook.title}: dry run, then, after you have read it, the playbook.",
        "parameters": {
            "Account": {
                "type": "String",
                "description": "ID of the affected account.",
                "allowedPattern": r"^\d{12}$",
            },
            "Region": {
                "type": "String",
                "description": "Region of what is affected.",
                "allowedPattern": "^[a-z]{2}(-[a-z]+)+-[0-9]$",
            },
            **inputs,
            "Reason": {
                "type": "String",
                "description": "Why you start it; the title of the finding in the ticket.",
                "allowedPattern": r"^[^\"\\\\]{3,500}$",
            },
        },
        "mainSteps": [
            _run("Plan", playbook, machine, dry_run=True, end=False),
            {"name": "ReadThePlan", "action": "aws:pause", "inputs": {}},
            _run("Act", playbook, machine, dry_run=False, end=True),
        ],
        "outputs": ["Plan.Lines", "Act.Execution", "Act.Status", "Act.Lines"],
    }


def _run(
    name: str, playbook: Playbook, machine: str, *, dry_run: bool, end: bool
) -> dict[str, object]:
    by_hand = playbook.by_hand
    assert by_hand is not None  # noqa: S101 - the constructor refuses it
    step: dict[str, object] = {
        "name": name,
        "action": "aws:executeScript",
        "inputs": {
            "Runtime": RUNTIME,
            "Handler": "start",
            "InputPayload": {
                "Machine": machine,
                "Account": "{{ Account }}",
                "Region": "{{ Region }}",
                "Kind": by_hand.kind,
                "Target": {key: f"{{{{ {parameter_of(key)} }}}}" for key in by_hand.inputs},
                "Reason": "{{ Reason }}",
                "DryRun": dry_run,
            },
            "Script": script_of(SCRIPT),
        },
        "outputs": [
            {"Name": "Execution", "Selector": "$.Payload.execution", "Type": "String"},
            {"Name": "Status", "Selector": "$.Payload.status", "Type": "String"},
            {"Name": "Lines", "Selector": "$.Payload.lines", "Type": "StringList"},
        ],
    }
    return {**step, "isEnd": True} if end else step
