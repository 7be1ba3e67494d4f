"""The Automation document that answers a playbook's question."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from baseline.response.documents import answer_question
from baseline.response.playbooks.answer import SCRIPT

TICKET = "oi-0123456789ab"
QUESTION = {"question": "Stop it", "planned": ["stop i-1"], "token": "T"}


class Calls:
    """Stands for the three clients."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def get_ops_item(self, **_: Any) -> dict[str, Any]:
        data = {"question-stop": {"Value": json.dumps(QUESTION)}, "timeline": {"Value": "-"}}
        return {"OpsItem": {"OperationalData": data}}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": "arn:aws:sts::222222222222:assumed-role/responder/ada"}

    def send_task_success(self, **sent: Any) -> None:
        self.sent.append(("success", sent))

    def send_task_failure(self, **sent: Any) -> None:
        self.sent.append(("failure", sent))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    found = Calls()
    monkeypatch.setattr(boto3, "client", lambda _: found)
    return found


def answer(decision: str, step: str = "stop") -> dict[str, Any]:
    asked = {"OpsItemId": TICKET, "Step": step, "Decision": decision}
    return answer_question.answer(asked, {})


def test_an_approval_bears_the_name_of_who_gave_it(calls: Calls) -> None:
    assert answer("approve")["planned"] == ["stop i-1"]
    [(kind, sent)] = calls.sent
    assert (kind, sent["taskToken"]) == ("success", "T")
    assert json.loads(sent["output"])["decision"] == "approve"
    assert json.loads(sent["output"])["by"].endswith("/ada")


def test_a_refusal_is_an_answer_of_its_own(calls: Calls) -> None:
    answer("refuse")
    [(kind, sent)] = calls.sent
    assert (kind, sent["error"]) == ("failure", "Refused")
    assert "ada" in sent["cause"]


def test_anything_else_is_refused(calls: Calls) -> None:
    with pytest.raises(ValueError, match="write approve or refuse"):
        answer("yes")
    with pytest.raises(ValueError, match="it has: stop"):
        answer("approve", step="other")
    assert calls.sent == []


def test_the_script_uses_nothing_that_automation_lacks() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(("import", "from"))] == [
        "import json",
        "import boto3",
    ]
