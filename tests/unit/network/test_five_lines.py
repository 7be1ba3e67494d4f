"""An application team uses the VPC alone: the README's five lines, as they are printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.network.hardened_vpc import HardenedVpc

ROOT = Path(__file__).resolve().parents[3]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def run(code: str, **given: Any) -> dict[str, Any]:
    """Run a documentation's code and give the names that it leaves."""
    scope: dict[str, Any] = dict(given)
    exec(compile(code, "documentation", "exec"), scope)  # noqa: S102 - the repository's own page
    return scope


@pytest.fixture(scope="module")
def readme() -> str:
    (code,) = (block for block in blocks("README.md", "python") if "HardenedVpc" in block)
    return code


def test_it_is_five_lines_and_their_imports(readme: str) -> None:
    statements = ast.parse(readme).body
    imports = [each for each in statements if isinstance(each, ast.Import | ast.ImportFrom)]
    assert len(statements) - len(imports) == 5
    assert all(each.end_lineno == each.lineno for each in statements)
    (use,) = (line for line in readme.splitlines() if line.startswith("HardenedVpc("))
    assert len(use) < 100


def test_they_synthesize_without_a_finding(
    readme: str, findings: Callable[[cdk.App], list[str]]
) -> None:
    made = run(readme)
    assert findings(made["app"]) == []
    kinds = {
        resource["Type"]
        for resource in Template.from_stack(made["stack"]).to_json()["Resources"].values()
    }
    assert {
        "AWS::EC2::VPC",
        "AWS::EC2::FlowLog",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::VPCEndpoint",
        "AWS::Route53Resolver::FirewallRuleGroup",
        "Custom::DefaultSecurityGroup",
    } <= kinds
    assert not {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"} & kinds


def test_the_pages_of_the_network_run_too(app: cdk.App, stack: cdk.Stack) -> None:
    bucket = cdk.aws_s3.Bucket.from_bucket_name(stack, "Logs", "example-flow-logs")
    found = [code for code in blocks("docs/network.md", "python") if "HardenedVpc(" in code]
    assert found
    for code in found:
        made = run(code, app=app, stack=stack, cdk=cdk, archive=bucket)
        assert any(isinstance(each, HardenedVpc) for each in made.values())
