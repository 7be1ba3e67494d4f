"""Which stacks an organization gets, in which order, and what the management account gets itself."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, load
from stacks.composition import compose

RECORDER = "AWS::Config::ConfigurationRecorder"
REGIONAL = "members-management-regional-eu-west-1"


def example(tmp_path: Path, *, capabilities: str = "") -> Configuration:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    path = tmp_path / "baseline.yaml"
    path.write_text(f"{text}\n{capabilities}", encoding="utf-8")
    return load(path)


def stack(app: cdk.App, id: str) -> cdk.Stack:
    found = app.node.find_child(id)
    assert isinstance(found, cdk.Stack)
    return found


@pytest.mark.parametrize(
    ("capabilities", "recorders"),
    [
        ("", 1),
        (
            "capabilities: {config: {enabled: false}, security_hub: {enabled: false}, trusted_advisor: {enabled: false}}",
            0,
        ),
    ],
)
def test_config_1_the_management_account_records_when_the_members_do(
    app: cdk.App, tmp_path: Path, capabilities: str, recorders: int
) -> None:
    compose(app, example(tmp_path, capabilities=capabilities))
    Template.from_stack(stack(app, REGIONAL)).resource_count_is(RECORDER, recorders)


def test_each_wave_waits_for_the_one_before(app: cdk.App, tmp_path: Path) -> None:
    compose(app, example(tmp_path))
    before = {
        child.node.id: {each.node.id for each in child.dependencies}
        for child in app.node.children
        if isinstance(child, cdk.Stack)
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


def test_identity_center_stands_in_the_delegate_s_account_and_region(
    app: cdk.App, tmp_path: Path
) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("delegate: security", "region: eu-central-1\n  delegate: shared_services")
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    compose(app, load(path))
    places = {
        name: (stack(app, name).account, stack(app, name).region)
        for name in ("identity", "identity-management")
    }
    assert places == {
        "identity": ("999999999999", "eu-central-1"),
        "identity-management": ("111111111111", "eu-central-1"),
    }


def test_without_an_instance_there_are_no_stacks_of_identity_center(
    app: cdk.App, tmp_path: Path
) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    start = text.index("identity_center:")
    path = tmp_path / "baseline.yaml"
    path.write_text(text[:start] + text[text.index("\n\n", start) :], encoding="utf-8")
    compose(app, load(path))
    assert not [child.node.id for child in app.node.children if "identity" in child.node.id]


def test_copies_come_before_the_logs_and_regional_logs_before_the_guardrails(
    app: cdk.App, tmp_path: Path
) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("  # replication:", "  replication:")
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    compose(app, load(path))
    copies, regional = stack(app, "log-copies"), stack(app, "log-archive-eu-central-1")
    assert copies in stack(app, "log-archive").dependencies
    assert regional in stack(app, "guardrails").dependencies
    assert (copies.account, copies.region) == ("222222222222", "eu-central-1")
    assert (regional.account, regional.region) == ("222222222222", "eu-central-1")


def test_without_logs_of_load_balancers_the_archive_stands_in_the_home_region_only(
    app: cdk.App, tmp_path: Path
) -> None:
    text = Path("baseline.yaml").read_text(encoding="utf-8")
    text = text.replace("load_balancer_logs: true", "load_balancer_logs: false")
    text = text.replace("web_acl_logs: true", "web_acl_logs: false")
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    compose(app, load(path))
    assert app.node.try_find_child("log-archive-eu-central-1") is None
    assert app.node.try_find_child("log-copies") is None
    names = {
        properties["Properties"]["BucketName"]
        for properties in Template.from_stack(stack(app, "log-archive"))
        .find_resources("AWS::S3::Bucket")
        .values()
    }
    assert len(names) == 7
    assert not any(name.startswith("aws-waf-logs-") or name.endswith("-elb") for name in names)
