"""Shared fixtures: the environment comes first, because jsii reads it when ``aws_cdk`` is imported."""

from __future__ import annotations

import os

# Tests start hundreds of processes; without bytecode each compiles the same thousand modules.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("CDK_DISABLE_STACK_TRACE", "1")
os.environ.setdefault("AWS_ACCESS_KEY_ID", "testing")
os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "testing")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
# Amazon's 1,300 images, half a second for each EC2 backend: no test starts an instance from one.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from baseline.synthesis import quicken

# As the app does; the nightly run leaves jsii as library users have it (BASELINE_PLAIN_JSII).
quicken()

import aws_cdk as cdk
import pytest
from cdk_nag import (
    AwsSolutionsChecks,
    HIPAASecurityChecks,
    NIST80053R5Checks,
    PCIDSS321Checks,
    ServerlessChecks,
)

from tests.fast import made_once, share_service_models
from tests.support import CONTEXT, ROOT, all_templates, synthesize


def pytest_configure() -> None:
    """Keep the bytecode of tests, too."""
    sys.dont_write_bytecode = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the nightly tests to those who ask for them: ``-m nightly``."""
    if "nightly" in str(config.getoption("markexpr")):
        return
    left = [item for item in items if item.get_closest_marker("nightly")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if not item.get_closest_marker("nightly")]


def pytest_collection_finish() -> None:
    """Share what all tests read, once the modules of the tests have been imported."""
    share_service_models()


@pytest.fixture
def app() -> cdk.App:
    """An app with the feature flags of cdk.json: a bare ``App()`` gives other templates."""
    return cdk.App(context=CONTEXT, analytics_reporting=False)


@pytest.fixture
def stack(app: cdk.App) -> cdk.Stack:
    """An empty stack in the home Region of the examples."""
    environment = cdk.Environment(account="333333333333", region="eu-west-1")
    return cdk.Stack(app, "Stack", env=environment)


@pytest.fixture
def findings() -> Callable[[cdk.App], list[str]]:
    """Synthesize an app and list what the cdk-nag packs find that nobody acknowledged."""

    def run(app: cdk.App) -> list[str]:
        app.synth()
        packs = (
            AwsSolutionsChecks(app),
            HIPAASecurityChecks(app),
            NIST80053R5Checks(app),
            PCIDSS321Checks(app),
            ServerlessChecks(app),
        )
        return sorted(
            f"{violation.rule_name} {resource.construct_path}"
            for pack in packs
            for violation in pack.validate_scope(app).violations
            for resource in violation.violating_resources
        )

    return run


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of baseline.yaml, made once with the validator and the nag packs on."""
    return made_once(
        tmp_path_factory, "assembly", lambda folder: synthesize(folder, validation=True)
    )


@pytest.fixture(scope="session")
def built_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this working tree."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    (path,) = made_once(tmp_path_factory, "wheel", build).glob("*.whl")
    return path


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Every template of the assembly by stack, the bodies of StackSets among them."""
    return all_templates(assembly)
