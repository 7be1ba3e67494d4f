"""Each line of the cdk command that tells about a stack is understood (lines recorded from 2.1148.1)."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from baseline.local.progress import (
    DONE,
    FAILED,
    RUNNING,
    UNCHANGED,
    WAITING,
    Event,
    Progress,
    parse,
)

RESOURCE = (
    "secbase-audit | 3/9 | 6:14:01 AM | CREATE_COMPLETE         | AWS::KMS::Key              "
    "| audit/Key (Key961B73FD) "
)
BROKEN = (
    "secbase-audit | 3/9 | 6:27:33 AM | CREATE_FAILED           | AWS::S3::Bucket "
    "| audit/Bucket (Bucket8390) name is taken"
)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("secbase-audit: deploying... [1/3]", Event(stack="secbase-audit", state=RUNNING)),
        ("audit (secbase-audit): deploying... [2/3]", Event(stack="secbase-audit", state=RUNNING)),
        (RESOURCE, Event(stack="secbase-audit", state=RUNNING, detail="AWS::KMS::Key", done=3)),
        (
            BROKEN,
            Event(
                stack="secbase-audit",
                state=RUNNING,
                detail="CREATE_FAILED AWS::S3::Bucket audit/Bucket (Bucket8390) name is taken",
                done=3,
                failure=True,
            ),
        ),
        (" ✅  secbase-audit", Event(stack="secbase-audit", state=DONE)),
        ("✅  audit (secbase-audit)", Event(stack="secbase-audit", state=DONE)),
        ("✅  audit (secbase-audit) (no changes)", Event(stack="secbase-audit", state=UNCHANGED)),
        ("✅  secbase-audit (no changes)", Event(stack="secbase-audit", state=UNCHANGED)),
        (
            "❌  secbase-audit failed to deploy",
            Event(stack="secbase-audit", state=FAILED, detail="to deploy"),
        ),
        (" ✅  audit (secbase-audit): destroyed", Event(stack="secbase-audit", state=DONE)),
    ],
)
def test_a_line_about_a_stack_is_an_event(line: str, event: Event) -> None:
    assert parse(line) == event


@pytest.mark.parametrize(
    "line",
    [
        "",
        "✨  Synthesis time: 0.03s",
        "secbase-audit: start: Building secbase-audit Template",
        "secbase-audit: creating CloudFormation changeset...",
        "arn:aws:cloudformation:eu-west-1:111111111111:stack/secbase-audit/21be",
    ],
)
def test_any_other_line_is_none(line: str) -> None:
    assert parse(line) is None


def test_without_a_terminal_each_change_is_one_line() -> None:
    output = io.StringIO()
    stacks = {"secbase-audit": "111111111111 eu-west-1", "secbase-network": ""}

    with Progress(Console(file=output, width=100), stacks) as progress:
        for line in ("secbase-audit: deploying... [1/2]", RESOURCE, RESOURCE, "✅  secbase-audit"):
            progress.show(line)

    assert [line.split() for line in output.getvalue().splitlines()] == [
        ["secbase-audit", "deploying"],
        ["secbase-audit", "done"],
    ]
    assert progress.states == {"secbase-audit": DONE, "secbase-network": WAITING}


def test_on_a_terminal_it_is_a_table_within_the_width() -> None:
    output = io.StringIO()
    console = Console(file=output, width=100, force_terminal=True, color_system=None)

    with Progress(console, {"secbase-audit": "111111111111 eu-west-1"}) as progress:
        progress.show(RESOURCE)
        progress.show(BROKEN)

    lines = output.getvalue().splitlines()
    assert any("secbase-audit" in line and "3 resources" in line for line in lines)
