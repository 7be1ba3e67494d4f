"""Runbooks are complete, and their commands are ones that AWS, this command and the CDK know."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from typer.main import get_command

from baseline.cli.application import application
from tests.support import ROOT

FOLDER = ROOT / "docs" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))
INCIDENTS = (
    "break-glass.md",
    "identity-provider-outage.md",
    "log-tampering.md",
    "lost-kms-key.md",
    "management-root.md",
    "open-port.md",
)
SECTIONS = ["When", "Who", "Needs", "Steps", "Verify", "Afterwards", "Evidence"]

# What the AWS CLI calls services, where its name is not botocore's.
SERVICES = {"s3api": "s3", "configservice": "config"}
EVERYWHERE = {"--region", "--query", "--profile", "--output"}
# Commands that the AWS CLI has beside those of the API (AWS CLI Command Reference).
BESIDE = {
    ("cloudtrail", "validate-logs"): {
        "--account-id",
        "--end-time",
        "--s3-bucket",
        "--s3-prefix",
        "--start-time",
        "--trail-arn",
        "--verbose",
    },
}
ENUM = re.compile(r"^(\w+)=([^,]+)")


def commands(text: str, program: str) -> Iterator[str]:
    """Give the commands of a program in blocks and in code among the words."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        stripped = line.strip()
        if stripped.startswith(f"$ {program} "):
            yield stripped.removeprefix("$ ")
    for found in re.findall(rf"`({program} [^`]+)`", joined.replace("\n", " ")):
        yield re.sub(r"\s+", " ", found)


def parameters(words: list[str]) -> dict[str, list[str]]:
    """Give each option with what follows it."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            found[word] = []
        elif found:
            found[list(found)[-1]].append(word)
    return found


def problems_of_aws(command: str, *, whole: bool) -> list[str]:
    """Give what is wrong with a command of the AWS CLI; ``whole`` asks for required options."""
    _, service, operation, *rest = shlex.split(command)
    given = parameters(rest)
    if (service, operation) in BESIDE:
        unknown = set(given) - EVERYWHERE - BESIDE[service, operation]
        return [f"{command}: unknown {name}" for name in sorted(unknown)]
    model = botocore.session.get_session().get_service_model(SERVICES.get(service, service))
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return [f"{command}: {service} has no {operation}"]
    shape = model.operation_model(names[operation]).input_shape
    members = (
        {f"--{xform_name(key, '-')}": value for key, value in shape.members.items()}
        if shape
        else {}
    )
    negated = {f"--no-{name[2:]}" for name, each in members.items() if each.type_name == "boolean"}
    found = [
        f"{command}: unknown {name}"
        for name in given
        if name not in members and name not in negated and name not in EVERYWHERE
    ]
    for name, values in given.items():
        found += [f"{command}: {each}" for each in wrong_values(members.get(name), values)]
    if whole and shape:
        wanted = {f"--{xform_name(key, '-')}" for key in shape.required_members}
        found += [f"{command}: lacks {name}" for name in sorted(wanted - set(given))]
    return found


def wrong_values(shape: Any, values: list[str]) -> Iterator[str]:
    """Give values that an enumeration does not have, also inside of a list of structures."""
    if shape is None:
        return
    for value in values:
        if getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{value} is not one of {shape.enum}"
        first = ENUM.match(value)
        if shape.type_name == "list" and shape.member.type_name == "structure" and first:
            member = shape.member.members.get(first[1])
            if member is None or (member.enum and first[2] not in member.enum):
                yield f"{value} is not understood"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_are_ones_that_aws_knows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```(?:console|sh)\n(.*?)```", text, re.DOTALL))
    in_blocks = set(commands(blocks, "aws"))
    found = [
        problem
        for command in commands(text, "aws")
        if command.count(" ") > 1
        for problem in problems_of_aws(command, whole=command in in_blocks)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("aws kms cancel-deletion --key-id x", "kms has no cancel-deletion"),
        ("aws kms enable-key --key x", "unknown --key"),
        ("aws kms enable-key", "lacks --key-id"),
        ("aws cloudtrail validate-logs --bucket x", "unknown --bucket"),
        (
            "aws cloudtrail lookup-events --lookup-attributes AttributeKey=Name,AttributeValue=x",
            "is not understood",
        ),
        (
            "aws kms import-key-material --key-id x --expiration-model NEVER",
            "NEVER is not one of",
        ),
    ],
)
def test_a_wrong_command_would_be_found(command: str, said: str) -> None:
    assert any(said in problem for problem in problems_of_aws(command, whole=True))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_of_the_baseline_exist(page: Path) -> None:
    for command in commands(page.read_text(encoding="utf-8"), "baseline"):
        known: Any = get_command(application)
        words = [word for word in shlex.split(command)[1:] if word]
        while words and hasattr(known, "get_command") and not words[0].startswith("-"):
            known = known.get_command(
                known.make_context("baseline", [], resilient_parsing=True), words.pop(0)
            )
            assert known is not None, command
        options = {name for each in known.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= {*options, "--help"}, command


@pytest.mark.parametrize("name", INCIDENTS)
def test_each_runbook_has_the_same_sections(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    without_code = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found = re.findall(r"^## (.+)$", without_code, re.MULTILINE)
    assert found == SECTIONS
    for section in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert len(section.split()) >= 5
    assert "TODO" not in text


def test_the_index_lists_every_page() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", index))
    assert listed == {page.name for page in PAGES} - {"README.md"}
    first = index.split("## What machines do first")[0]
    assert set(re.findall(r"\]\(([a-z-]+\.md)\)", first)) == set(INCIDENTS)
