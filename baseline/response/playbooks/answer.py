"""AnswerDocument: how a person approves or refuses a step that waits."""

from __future__ import annotations

import ast
from pathlib import Path

from aws_cdk import aws_ssm as ssm
from constructs import Construct

SCRIPT = Path(__file__).parents[1] / "documents" / "answer_question.py"
RUNTIME = "python3.11"


class AnswerDocument(Construct):
    """An Automation document that answers the question in a ticket.

    It has no role of its own: it runs as the person who starts it, so that only who may answer can,
    and CloudTrail has the name.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        name: physical name.

    Attributes:
        document: the ``CfnDocument``.

    Source: AWS Systems Manager User Guide, "Running an automation" and "aws:executeScript".
    """

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        self.document = ssm.CfnDocument(
            self,
            "Document",
            name=name,
            document_type="Automation",
            document_format="JSON",
            update_method="NewVersion",
            content=_content(),
        )


def script_of(path: Path) -> str:
    """Give a script as a document carries it: without its docstrings, since templates are limited.

    Args:
        path: the script.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.unparse(tree) + "\n"


def _content() -> dict[str, object]:
    inputs = ("OpsItemId", "Step", "Decision")
    return {
        "schemaVersion": "0.3",
        "description": "Approve or refuse a step of a playbook that waits for a person.",
        "parameters": {
            "OpsItemId": {
                "type": "String",
                "description": "The incident's ticket, such as oi-0123456789ab.",
                "allowedPattern": "^oi-[0-9a-f]+$",
            },
            "Step": {
                "type": "String",
                "description": "The step that waits, as the question names it.",
                "allowedPattern": "^[a-z0-9_]{1,64}$",
            },
            "Decision": {
                "type": "String",
                "description": "approve does the step; refuse leaves it out.",
                "allowedValues": ["approve", "refuse"],
            },
        },
        "mainSteps": [
            {
                "name": "Answer",
                "action": "aws:executeScript",
                "isEnd": True,
                "inputs": {
                    "Runtime": RUNTIME,
                    "Handler": "answer",
                    "InputPayload": {each: f"{{{{ {each} }}}}" for each in inputs},
                    "Script": script_of(SCRIPT),
                },
            }
        ],
    }
