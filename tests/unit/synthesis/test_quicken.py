"""Quicker calls of the CDK change neither templates nor what Python sees; without them jsii stays as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsii.__meta__ import __jsii_runtime_version__ as installed

from baseline.synthesis import TESTED

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("program.py")


def run(*arguments: str, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "CDK_VALIDATION": "false", **environment},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return run()


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return run("quick")


def test_templates_are_the_same(plain: dict[str, Any], quick: dict[str, Any]) -> None:
    assert quick["templates"] == plain["templates"]
    assert set(plain["templates"]) == {"First", "Second"}
    resources = quick["templates"]["Second"]["Resources"]
    assert all(logical_id.startswith("Own") for logical_id in resources)
    assert any("marked" in row.get("Metadata", {}) for row in resources.values())


def test_python_sees_the_same(plain: dict[str, Any], quick: dict[str, Any]) -> None:
    kept = {key: value for key, value in quick["seen"].items() if key != "provider"}
    assert kept == {key: value for key, value in plain["seen"].items() if key != "provider"}
    assert kept["added"] is True
    assert kept["missing"] is None


def test_errors_of_the_cdk_and_of_callbacks_arrive(quick: dict[str, Any]) -> None:
    twice, invalid, raises, negative = quick["seen"]["errors"]
    assert "There is already a Construct with name 'Queue'" in twice[1]
    assert invalid[0] == "RuntimeError"
    assert "raised at" in raises[1]
    assert negative[2] == "JavaScriptError"


def test_the_process_between_is_gone(plain: dict[str, Any], quick: dict[str, Any]) -> None:
    assert quick["seen"]["provider"] == "DirectProvider"
    assert plain["seen"]["provider"] == "ProcessProvider"


def test_a_process_that_ends_is_an_error_and_no_wait() -> None:
    program = (
        "from baseline.synthesis import quicken\nquicken()\n"
        "import os, signal\nfrom jsii._runtime import kernel\nimport aws_cdk as cdk\ncdk.App()\n"
        "os.kill(kernel.provider._process._pid, signal.SIGKILL)\ncdk.App()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "JSIIError: the process of the CDK ended" in done.stderr


def test_whoever_debugs_gets_jsii_as_it_is() -> None:
    assert run("quick", BASELINE_PLAIN_JSII="1")["seen"]["provider"] == "ProcessProvider"


def test_a_cdk_that_is_loaded_already_keeps_its_process() -> None:
    program = (
        "import aws_cdk as cdk\nfrom baseline.synthesis import quicken\nquicken()\n"
        "from jsii._runtime import kernel\nprint(cdk.Aws.PARTITION, type(kernel.provider).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.stdout.split()[-1:] == ["ProcessProvider"], done.stderr


def test_the_installed_jsii_is_the_one_whose_inner_workings_are_known() -> None:
    assert installed == TESTED, "read baseline/synthesis against the new version, then raise TESTED"
