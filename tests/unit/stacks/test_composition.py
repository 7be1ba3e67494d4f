"""Which stacks an organization gets, in which order, and what the management account gets itself."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration
from tests.composed import composed, example, switched_off, switched_on

RECORDER = "AWS::Config::ConfigurationRecorder"
REGIONAL = "members-management-regional-eu-west-1"


@pytest.mark.parametrize(("configuration", "recorders"), [(example(), 1), (switched_off(), 0)])
def test_config_1_the_management_account_records_when_the_members_do(
    configuration: Configuration, recorders: int
) -> None:
    stack = composed(configuration).stacks[REGIONAL]
    Template.from_stack(stack).resource_count_is(RECORDER, recorders)


def test_each_wave_waits_for_the_one_before() -> None:
    made = composed(example())
    before = {name: made.waits_for(name) for name in made.stacks}
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


def test_identity_center_stands_in_the_delegate_s_account_and_region() -> None:
    stacks = composed(switched_on()).stacks
    places = {
        name: (stacks[name].account, stacks[name].region)
        for name in ("identity", "identity-management")
    }
    assert places == {
        "identity": ("999999999999", "eu-central-1"),
        "identity-management": ("111111111111", "eu-central-1"),
    }


def test_without_an_instance_there_are_no_stacks_of_identity_center() -> None:
    assert [name for name in composed(example()).stacks if "identity" in name]
    assert not [name for name in composed(switched_off()).stacks if "identity" in name]


def test_copies_come_before_the_logs_and_regional_logs_before_the_guardrails() -> None:
    made = composed(switched_on())
    copies, regional = made.stacks["log-copies"], made.stacks["log-archive-eu-central-1"]
    assert "log-copies" in made.waits_for("log-archive")
    assert "log-archive-eu-central-1" in made.waits_for("guardrails")
    assert (copies.account, copies.region) == ("222222222222", "eu-central-1")
    assert (regional.account, regional.region) == ("222222222222", "eu-central-1")


def test_without_logs_of_load_balancers_the_archive_stands_in_the_home_region_only() -> None:
    made = composed(switched_off())
    assert "log-archive-eu-central-1" not in made.stacks
    assert "log-copies" not in made.stacks
    names = {
        row["Properties"]["BucketName"]
        for row in made.template("log-archive")["Resources"].values()
        if row["Type"] == "AWS::S3::Bucket"
    }
    assert len(names) == 7
    assert not any(name.startswith("aws-waf-logs-") or name.endswith("-elb") for name in names)
