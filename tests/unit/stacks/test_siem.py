"""Stacks and rights that a SIEM adds, and that nothing of them is there without one."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.config.siem import Siem
from stacks.choices import siem
from stacks.security import SecurityStack
from tests.composed import Composed, composed, switched_on

READER = "arn:aws:iam::222222222222:role/secbase-siem-reader"
PULL: dict[str, Any] = {"account": "464646464646", "external_id": "us1-7f3kq9x2m4w8z6b1"}
PUSH: dict[str, Any] = {"destination": "https", "url": "https://siem.example.com/firehose"}


def with_siem(configuration: Configuration, **sections: object) -> Configuration:
    return configuration.model_copy(update={"siem": Siem.model_validate(sections)})


def stacks_of(configuration: Configuration) -> set[str]:
    return set(Composed(configuration, siem).stacks)


def test_without_a_push_there_is_no_stack(configuration: Configuration) -> None:
    assert stacks_of(with_siem(configuration, pull=PULL)) == set()
    assert not [name for name in composed(configuration).stacks if name.startswith("siem")]


def test_the_streams_come_after_the_bus_and_before_the_guardrails() -> None:
    made = composed(switched_on())
    assert {name for name in made.stacks if name.startswith("siem")} == {"siem", "siem-trail"}
    assert {"audit", "security"} <= made.waits_for("siem")
    # The destination exists before the trail's log group is sent to it.
    assert "siem" in made.waits_for("siem-trail")
    assert {"siem", "siem-trail"} <= made.waits_for("guardrails")
    assert made.stacks["siem-trail"].account == "111111111111"


def test_the_trail_is_subscribed_by_name_only(configuration: Configuration) -> None:
    assert stacks_of(with_siem(configuration, push=PUSH)) == {"siem"}


@pytest.mark.parametrize(
    ("pull", "readers"),
    [(PULL, [READER]), ({**PULL, "sources": ["cloudtrail"]}, []), (None, [])],
)
def test_the_key_of_exported_findings_admits_the_reader_that_reads_them(
    app: cdk.App,
    configuration: Configuration,
    security_environment: cdk.Environment,
    pull: dict[str, Any] | None,
    readers: list[str],
) -> None:
    changed = with_siem(configuration, pull=pull)
    stack = SecurityStack(
        app,
        "security",
        configuration=changed,
        names=Names.of(changed),
        env=security_environment,
    )
    found = [
        statement["Condition"]
        for key in Template.from_stack(stack).find_resources("AWS::KMS::Key").values()
        for statement in key["Properties"]["KeyPolicy"]["Statement"]
        if statement.get("Sid") == "ReadExportedFindings"
    ]
    assert [each["ArnEquals"]["aws:PrincipalArn"] for each in found] == readers
    for each in found:
        assert each["StringEquals"] == {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
