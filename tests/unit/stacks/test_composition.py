"""Which stacks an organization gets, in which order, and what the management account gets itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, load
from tests.composed import composed

RECORDER = "AWS::Config::ConfigurationRecorder"
REGIONAL = "members-management-regional-eu-west-1"


def example(tmp_path: Path, *, capabilities: str = "") -> Configuration:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    path = tmp_path / "baseline.yaml"
    path.write_text(f"{text}\n{capabilities}", encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("capabilities", "recorders"),
    [
        ("", 1),
        ("capabilities: {config: {enabled: false}, security_hub: {enabled: false}}", 0),
    ],
)
def test_config_1_the_management_account_records_when_the_members_do(
    tmp_path: Path, capabilities: str, recorders: int
) -> None:
    stacks = composed(example(tmp_path, capabilities=capabilities)).stacks
    Template.from_stack(stacks[REGIONAL]).resource_count_is(RECORDER, recorders)


def test_each_wave_waits_for_the_one_before(tmp_path: Path) -> None:
    before = {
        name: {each.node.id for each in stack.dependencies}
        for name, stack in composed(example(tmp_path)).stacks.items()
    }
    assert before["organization"] == set()
    assert "organization" in before["log-archive"]
    assert "log-archive" in before["audit"] & before["security"]
    for later in ("members", "members-management", "network"):
        assert {"audit", "security"} <= before[later]
    assert "security" in before["response"]
    for later in ("settings", "identity", "identity-management"):
        assert {"members", REGIONAL} <= before[later]
    wave = {"settings", "identity", "identity-management", "network", "organization-events"}
    wave |= {"response", "billing", "rules"}
    assert wave <= before["guardrails"]


def test_identity_center_stands_in_the_delegate_s_account_and_region(tmp_path: Path) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("delegate: security", "region: eu-central-1\n  delegate: shared_services")
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    stacks = composed(load(path)).stacks
    places = {
        name: (stacks[name].account, stacks[name].region)
        for name in ("identity", "identity-management")
    }
    assert places == {
        "identity": ("999999999999", "eu-central-1"),
        "identity-management": ("111111111111", "eu-central-1"),
    }


def test_without_an_instance_there_are_no_stacks_of_identity_center(tmp_path: Path) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    start = text.index("identity_center:")
    path = tmp_path / "baseline.yaml"
    path.write_text(text[:start] + text[text.index("\n\n", start) :], encoding="utf-8")
    assert not [name for name in composed(load(path)).stacks if "identity" in name]
