"""Stacks and rights that a SIEM adds, and that nothing of them is there without one."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.config.siem import Siem
from stacks.composition import compose
from stacks.security import SecurityStack

READER = "arn:aws:iam::222222222222:role/secbase-siem-reader"
PULL: dict[str, Any] = {"account": "464646464646", "external_id": "us1-7f3kq9x2m4w8z6b1"}
PUSH: dict[str, Any] = {"destination": "https", "url": "https://siem.example.com/firehose"}


def with_siem(configuration: Configuration, **sections: object) -> Configuration:
    return configuration.model_copy(update={"siem": Siem.model_validate(sections)})


def waits_for(app: cdk.App, id: str) -> set[str]:
    found = app.node.find_child(id)
    assert isinstance(found, cdk.Stack)
    return {each.node.id for each in found.dependencies}


def names_of(app: cdk.App) -> set[str]:
    return {each.node.id for each in app.node.children if each.node.id.startswith("siem")}


def test_without_a_push_there_is_no_stack(app: cdk.App, configuration: Configuration) -> None:
    compose(app, with_siem(configuration, pull=PULL))
    assert names_of(app) == set()


def test_the_streams_come_after_the_bus_and_before_the_guardrails(
    app: cdk.App, configuration: Configuration
) -> None:
    push = {**PUSH, "sources": ["findings", "activity", "trail"]}
    compose(app, with_siem(configuration, push=push))
    assert names_of(app) == {"siem", "siem-trail"}
    assert {"audit", "security"} <= waits_for(app, "siem")
    # The destination exists before the trail's log group is sent to it.
    assert "siem" in waits_for(app, "siem-trail")
    assert {"siem", "siem-trail"} <= waits_for(app, "guardrails")
    stack = app.node.find_child("siem-trail")
    assert isinstance(stack, cdk.Stack)
    assert stack.account == "111111111111"


def test_the_trail_is_subscribed_by_name_only(app: cdk.App, configuration: Configuration) -> None:
    compose(app, with_siem(configuration, push=PUSH))
    assert names_of(app) == {"siem"}


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
