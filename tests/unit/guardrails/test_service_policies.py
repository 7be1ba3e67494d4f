"""The schema of GuardDuty policies, and the Security Hub controls that one meets."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.errors import BaselineError
from baseline.guardrails.model import PolicyType
from baseline.guardrails.service_policies import check_content, controls_met
from tests.unit.guardrails import harness

ON = {"status": {"@@assign": "enabled"}}
OFF = {"status": {"@@assign": "disabled"}}


def policy(block: Any, region: str = "default") -> dict[str, Any]:
    return {"guardduty": {"enablement": {region: block}}}


@pytest.mark.parametrize(
    "content",
    [
        policy({"foundational": ON}),
        policy({"foundational": ON, "s3_data_events": OFF}, "eu-west-1"),
        policy({"foundational": OFF}),
        policy(
            {
                "foundational": ON,
                "runtime_monitoring": {
                    **ON,
                    "additional_configuration": {"ec2_agent_management": ON},
                },
            }
        ),
    ],
)
def test_valid(content: dict[str, Any]) -> None:
    check_content(PolicyType.GUARDDUTY, content, where="g")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"guardDuty": {}}, "expected the key 'guardduty' alone"),
        ({"guardduty": {"enable": {}}}, "expected the key 'enablement' alone"),
        ({"guardduty": {"enablement": {}}}, "needs a default or a Region"),
        ({"guardduty": []}, "must be an object"),
        (policy({"foundational": ON}, "europe"), "'europe' is neither default nor a Region"),
        (policy({"foundation": ON}), "'foundation' is no feature of GuardDuty"),
        (policy({"foundational": {"status": "enabled"}}), "status must be an object"),
        (policy({"foundational": {"status": {"@@assign": "on"}}}), "must be enabled or disabled"),
        (policy({"foundational": {**ON, "x": 1}}), "expected the key 'status' alone"),
        (policy({"s3_data_events": ON}), "foundational must be enabled"),
        (policy({"foundational": OFF, "s3_data_events": ON}), "foundational must be enabled"),
        (
            policy({"foundational": {**ON, "additional_configuration": {"a": ON}}}),
            "has no additional",
        ),
        (
            policy(
                {
                    "foundational": ON,
                    "runtime_monitoring": {**ON, "additional_configuration": {"a": ON}},
                }
            ),
            "'a' is no agent",
        ),
    ],
)
def test_a_wrong_key_or_value_is_refused(content: dict[str, Any], message: str) -> None:
    with pytest.raises(BaselineError, match=message):
        check_content(PolicyType.GUARDDUTY, content, where="g")


def test_a_type_without_schema_is_refused() -> None:
    with pytest.raises(BaselineError, match="no schema for policies of type SERVICE_CONTROL"):
        check_content(PolicyType.SCP, {}, where="g")


@pytest.mark.parametrize(
    ("control", "feature"),
    [
        ("GuardDuty.1", "foundational"),
        ("GuardDuty.5", "eks_audit_logs"),
        ("GuardDuty.6", "lambda_network_logs"),
        ("GuardDuty.7", "runtime_monitoring"),
        ("GuardDuty.8", "ebs_malware_protection"),
        ("GuardDuty.9", "rds_login_events"),
        ("GuardDuty.10", "s3_data_events"),
        ("GuardDuty.11", "runtime_monitoring"),
        ("GuardDuty.12", "runtime_monitoring"),
        ("GuardDuty.13", "runtime_monitoring"),
    ],
)
def test_the_catalog_meets_a_control_and_not_without_its_feature(
    control: str, feature: str
) -> None:
    content: Any = harness.rendered("guardduty-organization").content
    assert control in controls_met(content)
    default = content["guardduty"]["enablement"]["default"]
    without = {name: (OFF if name == feature else row) for name, row in default.items()}
    assert control not in controls_met(policy(without))


def test_runtime_monitoring_comes_with_every_agent() -> None:
    content: Any = harness.rendered("guardduty-organization").content
    runtime = content["guardduty"]["enablement"]["default"]["runtime_monitoring"]
    agents = ("eks_addon_management", "ec2_agent_management", "ecs_fargate_agent_management")
    assert runtime["additional_configuration"] == dict.fromkeys(agents, ON)
