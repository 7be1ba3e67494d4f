"""Fixtures of the stack tests: the example organization."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest

from baseline.config import Configuration, Names, load

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def configuration() -> Configuration:
    return load(ROOT / "baseline.yaml")


@pytest.fixture(scope="session")
def names(configuration: Configuration) -> Names:
    return Names.of(configuration)


@pytest.fixture
def security_environment(names: Names) -> cdk.Environment:
    return cdk.Environment(account=names.security, region=names.home_region)


@pytest.fixture
def management_environment(names: Names) -> cdk.Environment:
    return cdk.Environment(account=names.management, region=names.home_region)
