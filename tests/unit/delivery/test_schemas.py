"""What the rules name exists in CloudFormation's schemas."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from baseline.delivery.template_validation import rule_sources

ROOT = Path(__file__).resolve().parents[3]
# Transforms bring these; CloudFormation has no schema of them.
MACROS = {"AWS::Serverless::Function"}


@pytest.mark.parametrize("topic", rule_sources())
def test_every_type_exists(topic: str) -> None:
    named = set(re.findall(r"'(AWS::\w+::\w+)'", rule_sources()[topic])) - MACROS
    assert named
    assert named <= set(PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"))


def test_the_rules_of_secrets_are_those_of_the_schemas() -> None:
    script = runpy.run_path(str(ROOT / "scripts/generate_secret_rules.py"))
    found = script["secrets"]()
    assert rule_sources()["secret_properties"] == script["render"](found)
    assert len(found) >= 70
    assert "MasterUserPassword" in found["AWS::RDS::DBCluster"]
    assert "Users[*].Password" in found["AWS::AmazonMQ::Broker"]


def test_what_is_a_secret_in_one_type_is_nothing_else_in_another() -> None:
    """The rules ask the same paths of all types that take a secret."""
    script = runpy.run_path(str(ROOT / "scripts/generate_secret_rules.py"))
    found = script["secrets"]()
    assert list(script["mistaken"](found)) == []
    found["AWS::RDS::DBCluster"].remove("MasterUserPassword")
    assert list(script["mistaken"](found)) == [("AWS::RDS::DBCluster", "MasterUserPassword")]
    direct = {path for paths in found.values() for path in paths if "." not in path}
    assert not [path for path in direct if path.endswith(script["HEADER"])]
