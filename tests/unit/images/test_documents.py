"""Component and workflow documents are what Image Builder takes, and their shell is shell.

The fields are those of the EC2 Image Builder User Guide: "Use the AWSTOE component document
framework for custom components", "Action modules supported by AWSTOE component manager" and
"Supported step actions for your workflow document".
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from baseline.images.documents import FOLDER, Document, component_document, workflow_document

LIMIT = 16_000
STEP_LIMIT = 15
COMPONENTS = sorted(path.stem for path in (FOLDER / "components").glob("*.yaml"))
WORKFLOWS = sorted(path.stem for path in (FOLDER / "workflows").glob("*.yaml"))

COMMANDS = {
    "type": "object",
    "properties": {"commands": {"type": "array", "minItems": 1, "items": {"type": "string"}}},
    "required": ["commands"],
    "additionalProperties": False,
}
DOWNLOADS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "source": {"type": "string"},
            "destination": {"type": "string"},
            "expectedBucketOwner": {"type": "string"},
            "overwrite": {"type": "boolean"},
        },
        "required": ["source", "destination"],
        "additionalProperties": False,
    },
}
COMPONENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "description": {"type": "string"},
        "schemaVersion": {"const": 1.0},
        "parameters": {
            "type": "array",
            "items": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "type": {"const": "string"},
                        "default": {"type": "string"},
                        "description": {"type": "string"},
                    },
                    "required": ["type"],
                    "additionalProperties": False,
                },
            },
        },
        "phases": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"enum": ["build", "validate", "test"]},
                    "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
                },
                "required": ["name", "steps"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["name", "description", "schemaVersion", "phases"],
    "additionalProperties": False,
    "$defs": {
        "step": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"},
                "action": {"enum": ["ExecuteBash", "ExecutePowerShell", "S3Download"]},
                "timeoutSeconds": {"type": "integer", "minimum": 1},
                "maxAttempts": {"type": "integer", "minimum": 1},
                "onFailure": {"enum": ["Abort", "Continue", "Ignore"]},
                "inputs": {},
            },
            "required": ["name", "action", "inputs"],
            "additionalProperties": False,
            "if": {"properties": {"action": {"const": "S3Download"}}},
            "then": {"properties": {"inputs": DOWNLOADS}},
            "else": {"properties": {"inputs": COMMANDS}},
        }
    },
}

# Step action to the inputs that it takes, and those that it needs.
INSTANCE = {"instanceId.$": {"type": "string", "pattern": r"^\$\.stepOutputs\."}}
ACTIONS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "BootstrapInstanceForContainer": (INSTANCE, ["instanceId.$"]),
    "CollectImageMetadata": (INSTANCE, ["instanceId.$"]),
    "CollectImageScanFindings": (INSTANCE, ["instanceId.$"]),
    "CreateImage": (INSTANCE, ["instanceId.$"]),
    "ExecuteComponents": (INSTANCE, ["instanceId.$"]),
    "LaunchInstance": ({"waitFor": {"const": "ssmAgent"}}, ["waitFor"]),
    "RunSysPrep": (INSTANCE, ["instanceId.$"]),
    "SanitizeInstance": (INSTANCE, ["instanceId.$"]),
    "TerminateInstance": (INSTANCE, ["instanceId.$"]),
    "WaitForAction": ({}, []),
}
TEST_ONLY = {"CollectImageScanFindings"}
VARIABLES = {"collectImageScanFindings", "platform"}
LONGEST_WAIT = 604_800


def read(document: Document) -> dict[str, Any]:
    loaded = yaml.safe_load(document.text)
    assert isinstance(loaded, dict)
    return loaded


def steps(document: Document) -> Iterator[dict[str, Any]]:
    for phase in read(document)["phases"]:
        yield from phase["steps"]


def scripts() -> list[tuple[str, str]]:
    return [
        (f"{name}/{step['name']}", command)
        for name in COMPONENTS
        for step in steps(component_document(name))
        if step["action"] == "ExecuteBash"
        for command in step["inputs"]["commands"]
    ]


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_has_the_fields_that_image_builder_knows(name: str) -> None:
    document = component_document(name)
    jsonschema.validate(read(document), COMPONENT_SCHEMA)
    assert read(document)["name"] == name
    assert len(document.text) <= LIMIT


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "ExecuteBsh"},
        {"inputs": {"command": ["true"]}},
        {"timeout": 5},
        {"name": "two words"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_image_builder_does_not_know(wrong: dict[str, Any]) -> None:
    document = read(component_document("harden-linux"))
    document["phases"][0]["steps"][0].update(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, COMPONENT_SCHEMA)


@pytest.mark.parametrize("name", COMPONENTS)
def test_steps_have_their_own_name_and_parameters_are_declared(name: str) -> None:
    document = component_document(name)
    names = [step["name"] for step in steps(document)]
    assert len(names) == len(set(names))
    declared = {key for row in read(document).get("parameters", []) for key in row}
    used = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", document.text))
    assert used == declared
    assert document.text.count("{{") == len(re.findall(r"\{\{\s*\w+\s*\}\}", document.text))


@pytest.mark.parametrize(("where", "script"), scripts(), ids=lambda value: value.split("\n")[0])
def test_every_script_is_shell_and_stops_at_the_first_failure(where: str, script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), where
    assert script.startswith("set -euo pipefail\n"), where


def test_every_powershell_script_stops_at_the_first_failure() -> None:
    found = [
        command
        for name in COMPONENTS
        for step in steps(component_document(name))
        if step["action"] == "ExecutePowerShell"
        for command in step["inputs"]["commands"]
    ]
    assert len(found) >= 9
    for command in found:
        assert command.startswith("$ErrorActionPreference = 'Stop'\n")
        for opening, closing in ("{}", "()"):
            assert command.count(opening) == command.count(closing)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_steps_that_image_builder_knows(name: str) -> None:
    document = workflow_document(name)
    content = read(document)
    assert set(content) <= {"name", "description", "schemaVersion", "steps", "outputs"}
    assert (content["name"], content["schemaVersion"]) == (name, 1.0)
    assert len(document.text) <= LIMIT
    assert len(content["steps"]) <= STEP_LIMIT
    for step in content["steps"]:
        assert set(step) <= {"name", "action", "onFailure", "timeoutSeconds", "if", "inputs"}
        known, needed = ACTIONS[step["action"]]
        jsonschema.validate(
            step.get("inputs", {}),
            {
                "type": "object",
                "properties": known,
                "required": needed,
                "additionalProperties": False,
            },
        )
        assert step["action"] not in TEST_ONLY or name.startswith("test-")
        assert step.get("timeoutSeconds", 1) <= LONGEST_WAIT
        if "if" in step:
            assert step["if"]["value"].removeprefix("$.imagebuilder.") in VARIABLES


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_step_refers_to_steps_before_it(name: str) -> None:
    content = read(workflow_document(name))
    before: set[str] = set()
    for step in content["steps"]:
        named = re.findall(r"\$\.stepOutputs\.(\w+)\.", str(step.get("inputs", "")))
        assert set(named) <= before
        assert step["name"] not in before
        before.add(step["name"])
    for output in content.get("outputs", []):
        assert output["value"].split(".")[2] in before


@pytest.mark.parametrize("name", ["test-container", "test-image"])
def test_nothing_is_released_before_the_gate_and_a_failure_stops_the_build(name: str) -> None:
    rows = read(workflow_document(name))["steps"]
    assert rows[-1]["name"] == "ReleaseGate"
    assert rows[-1]["action"] == "WaitForAction"
    assert [row["action"] for row in rows].index("CollectImageScanFindings") < len(rows) - 1
    going_on = {row["action"] for row in rows if row["onFailure"] != "Abort"}
    assert going_on == {"TerminateInstance"}


def test_an_image_demands_imdsv2_before_it_is_tested() -> None:
    """EC2.8."""
    rows = read(workflow_document("build-image"))["steps"]
    actions = [row["action"] for row in rows]
    assert rows[-1]["name"] == "RequireImdsv2"
    assert actions.index("CreateImage") < actions.index("WaitForAction")
    assert rows[-1]["onFailure"] == "Abort"
