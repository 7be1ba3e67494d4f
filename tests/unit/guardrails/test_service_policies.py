"""The schema of GuardDuty policies, and the Security Hub controls that one meets."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.config import Configuration
from baseline.errors import BaselineError
from baseline.guardrails.composition import compose
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
        ({"guardDuty": {}}, "guardDuty: is not a key here; did you mean 'guardduty'"),
        ({"guardduty": {"enable": {}}}, "guardduty.enable: is not a key here; did you mean"),
        ({"guardduty": {"enablement": {}}}, "guardduty.enablement: needs at least 1 keys, got 0"),
        ({"guardduty": []}, "guardduty: must be an object"),
        (policy({"foundational": ON}, "europe"), "guardduty.enablement.europe: is not a key"),
        (policy({"foundation": ON}), "default.foundation: .* did you mean 'foundational'"),
        (policy({"foundational": {"status": "enabled"}}), "status: must be an object"),
        (policy({"foundational": {"status": {"@@assign": "on"}}}), 'one of "enabled", "disabled"'),
        (policy({"foundational": {**ON, "x": 1}}), "default.foundational.x: is not a key here"),
        (policy({"s3_data_events": ON}), "foundational must be enabled"),
        (policy({"foundational": OFF, "s3_data_events": ON}), "foundational must be enabled"),
        (
            policy({"foundational": {**ON, "additional_configuration": {"a": ON}}}),
            "foundational.additional_configuration: is not a key here",
        ),
        (
            policy(
                {
                    "foundational": ON,
                    "runtime_monitoring": {**ON, "additional_configuration": {"a": ON}},
                }
            ),
            "additional_configuration.a: is not a key here; known: ec2_agent_management",
        ),
    ],
)
def test_a_wrong_key_or_value_is_refused_with_its_path(
    content: dict[str, Any], message: str
) -> None:
    with pytest.raises(BaselineError, match=message):
        check_content(PolicyType.GUARDDUTY, content, where="g")


def test_all_mistakes_are_told_at_once() -> None:
    content = policy({"foundational": {"status": "on"}, "s3_data_event": ON})
    with pytest.raises(BaselineError) as error:
        check_content(PolicyType.GUARDDUTY, content, where="g")
    assert len(str(error.value).splitlines()) == 2


def backup(**lifecycle: str) -> dict[str, Any]:
    rule = {
        "schedule_expression": {"@@assign": "cron(0 3 ? * * *)"},
        "target_backup_vault_name": {"@@assign": "Vault"},
        "lifecycle": {key: {"@@assign": value} for key, value in lifecycle.items()},
    }
    selection = {
        "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/Backup"},
        "tag_key": {"@@assign": "Backup"},
        "tag_value": {"@@assign": ["daily"]},
    }
    plan = {
        "regions": {"@@assign": ["eu-west-1"]},
        "rules": {"daily": rule},
        "selections": {"tags": {"tagged": selection}},
    }
    return {"plans": {"p": plan}}


def test_a_backup_stays_in_cold_storage_as_long_as_it_must() -> None:
    right = backup(move_to_cold_storage_after_days="30", delete_after_days="120")
    check_content(PolicyType.BACKUP, right, where="g")
    wrong = backup(move_to_cold_storage_after_days="30", delete_after_days="119")
    with pytest.raises(BaselineError, match=r"rules.daily.lifecycle.delete_after_days: .* 120"):
        check_content(PolicyType.BACKUP, wrong, where="g")


def test_a_selection_is_by_tags_or_by_resources() -> None:
    both = backup(delete_after_days="35")
    both["plans"]["p"]["selections"]["resources"] = {
        "all": {
            "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/Backup"},
            "resource_types": {"@@assign": ["arn:aws:ec2:*:*:volume/*"]},
        }
    }
    with pytest.raises(BaselineError, match=r"plans.p.selections: has tags and resources"):
        check_content(PolicyType.BACKUP, both, where="g")


def test_a_tag_is_named_by_its_key() -> None:
    check_content(
        PolicyType.TAG, {"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}}}}, where="g"
    )
    with pytest.raises(BaselineError, match=r"tags.cost.tag_key: must be 'cost' in any case"):
        check_content(
            PolicyType.TAG, {"tags": {"cost": {"tag_key": {"@@assign": "CostCenter"}}}}, where="g"
        )


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


@pytest.mark.parametrize(
    ("control", "name", "weaker"),
    [
        ("EC2.182", "ec2-account-attributes", {"ec2_attributes": {"public_snapshots": True}}),
        ("S3.1", "s3-public-access-block", None),
    ],
)
def test_a_declared_attribute_meets_its_control_and_a_weaker_one_does_not(
    control: str, name: str, weaker: dict[str, dict[str, bool]] | None
) -> None:
    content = harness.rendered(name).content
    assert content is not None
    assert control in controls_met(content)
    if weaker is None:
        none = {"s3_attributes": {"public_access_block_configuration": {"@@assign": "none"}}}
        assert control not in controls_met(none)  # type: ignore[arg-type]
    else:
        changed = rendered_with(weaker, name)
        assert control not in controls_met(changed)


def rendered_with(capabilities: dict[str, Any], name: str) -> dict[str, Any]:
    """Give the content of a policy in the example with other capabilities."""
    raw = harness.configuration().model_dump(mode="json")
    for section, settings in capabilities.items():
        if isinstance(raw["capabilities"].get(section), dict):
            raw["capabilities"][section] |= settings
        else:
            raw["capabilities"][section] = settings
    for target in compose(Configuration.model_validate(raw)):
        for row in target.guardrails:
            if row.guardrail.id == name:
                return dict(row.content or {})
    raise AssertionError(name)


def test_what_costs_or_needs_something_first_is_off_until_it_is_named() -> None:
    names = {row.guardrail.id for row in compose(harness.configuration())[0].guardrails}
    assert names == {
        "guardduty-organization",
        "ec2-account-attributes",
        "s3-public-access-block",
        "ai-services-opt-out",
    }


@pytest.mark.parametrize(
    ("capabilities", "name", "path", "expected"),
    [
        (
            {"guardduty": {"regions": {"eu-central-1": {"runtime_monitoring": False}}}},
            "guardduty-organization",
            "guardduty.enablement.eu-central-1.runtime_monitoring.status.@@assign",
            "disabled",
        ),
        (
            {"inspector": {"enabled": True}},
            "inspector-organization",
            "inspector.enablement.lambda_standard_scanning.lambda_code_scanning.disable_in_regions.@@assign",
            ["eu-west-1", "eu-central-1"],
        ),
        (
            {
                "inspector": {"enabled": True},
                "unified_security_hub": {"enabled": True, "network_scanning": True},
            },
            "security-hub-organization",
            "securityhub.features.network_scanning.enable_in_regions.@@assign",
            ["eu-west-1", "eu-central-1"],
        ),
        (
            {
                "backup": {
                    "vault": "Vault",
                    "role": "Backup",
                    "cold_storage_after_days": 7,
                    "delete_after_days": 97,
                }
            },
            "daily-backup",
            "plans.baseline-daily.selections.tags.tagged.iam_role_arn.@@assign",
            "arn:aws:iam::$account:role/Backup",
        ),
        (
            {"tags": {"CostCenter": {"values": ["1*"], "enforced_for": ["ec2:instance"]}}},
            "tag-spelling",
            "tags.CostCenter.enforced_for.@@assign",
            ["ec2:instance"],
        ),
        (
            {"ec2_attributes": {"vpc_block_public_access": "block_ingress"}},
            "ec2-account-attributes",
            "ec2_attributes.vpc_block_public_access.internet_gateway_block.mode.@@assign",
            "block_ingress",
        ),
        (
            {"ec2_attributes": {"vpc_encryption": "attempt_monitor"}},
            "ec2-account-attributes",
            "ec2_attributes.vpc_encryption_control.mode.@@assign",
            "attempt_monitor",
        ),
        (
            {"ec2_attributes": {"allowed_images": "enabled"}},
            "ec2-account-attributes",
            "ec2_attributes.allowed_images_settings.image_criteria.criteria_1.allowed_image_providers.@@assign",
            ["amazon"],
        ),
        (
            {},
            "ec2-account-attributes",
            "ec2_attributes.instance_metadata_defaults.http_tokens_enforced.@@assign",
            "enabled",
        ),
    ],
)
def test_the_configuration_reaches_the_policy(
    capabilities: dict[str, Any], name: str, path: str, expected: object
) -> None:
    value: Any = rendered_with(capabilities, name)
    for key in path.split("."):
        value = value[key]
    assert value == expected


def test_the_attributes_that_stop_workloads_are_not_managed_by_default() -> None:
    attributes = rendered_with({}, "ec2-account-attributes")["ec2_attributes"]
    managed = {"vpc_block_public_access", "vpc_encryption_control", "allowed_images_settings"}
    assert not managed & attributes.keys()
