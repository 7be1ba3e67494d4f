"""The cdk command is answered when its stack has ended; who only looks is answered at once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local import emulators, internal, stack_waits
from baseline.local.requests import ApiRequest

ACCOUNT, REGION, NAME = "222222222222", "eu-west-1", "log-archive"
ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{NAME}/0a1b"
CDK = {"user-agent": "aws-cdk/2.1148.1 aws-sdk-js/3.0"}
WORKING = "CREATE_IN_PROGRESS"


class Stacks:
    """Stands for the engine's stacks: one of them, in one state after the other."""

    def __init__(self, *states: str) -> None:
        self.left = list(states)
        self.looked = 0

    def get_scoped(self, *place: str) -> dict[str, Any] | None:
        if place != (ACCOUNT, REGION, NAME):
            return None
        self.looked += 1
        return {"StackStatus": self.left.pop(0) if len(self.left) > 1 else self.left[0]}


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Stacks:
    found = Stacks(WORKING, WORKING, "CREATE_COMPLETE")
    monkeypatch.setattr(emulators, "ministack", lambda _: SimpleNamespace(_stacks=found))
    monkeypatch.setattr(stack_waits, "_LOOK_SECONDS", 0)
    return found


def ask(
    headers: dict[str, str],
    name: str = NAME,
    operation: str = "DescribeStacks",
    longest: float = 60,
) -> None:
    request = ApiRequest(
        account=ACCOUNT,
        region=REGION,
        service="cloudformation",
        operation=operation,
        parameters={"StackName": name} if name else {},
        principal_arn="",
        caller_arn="",
        headers=headers,
    )
    asyncio.run(stack_waits.until_it_ends(request, longest))


@pytest.mark.parametrize("name", [NAME, ARN])
@pytest.mark.parametrize(
    "headers", [CDK, {"x-amz-user-agent": "aws-cdk/2"}, {internal.HEADER: internal.SECRET}]
)
def test_who_waits_is_answered_at_the_end(
    stacks: Stacks, headers: dict[str, str], name: str
) -> None:
    ask(headers, name)
    assert stacks.looked == 3


@pytest.mark.parametrize(
    "headers", [{}, {"user-agent": "Boto3/1.40"}, {internal.HEADER: "guessed"}]
)
def test_others_see_what_is_in_progress(stacks: Stacks, headers: dict[str, str]) -> None:
    ask(headers)
    assert stacks.looked == 0


@pytest.mark.parametrize(
    "state", ["REVIEW_IN_PROGRESS", "CREATE_FAILED", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"]
)
def test_a_stack_that_does_not_work_is_answered_at_once(stacks: Stacks, state: str) -> None:
    stacks.left = [state]
    ask(CDK)
    assert stacks.looked == 1


def test_a_stack_that_is_not_there_is_answered_at_once(stacks: Stacks) -> None:
    ask(CDK, "another")
    assert stacks.looked == 0


def test_all_stacks_and_other_questions_are_answered_at_once(stacks: Stacks) -> None:
    ask(CDK, name="")
    ask(CDK, operation="DescribeStackEvents")
    assert stacks.looked == 0


def test_no_answer_takes_longer_than_its_limit(stacks: Stacks) -> None:
    stacks.left = ["DELETE_IN_PROGRESS"]
    ask(CDK, longest=0)
    assert stacks.looked == 1
