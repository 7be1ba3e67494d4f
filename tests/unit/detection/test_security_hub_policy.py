"""Which unit has which class and which policy, from a configuration."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from baseline.config import Configuration
from baseline.config.document import read
from baseline.config.security_hub import classes_of
from baseline.detection.security_hub_policy import class_policies, root_policy, unit_policies

ROOT = Path(__file__).parents[3]
VALUE = read((ROOT / "baseline.yaml").read_text(encoding="utf-8")).value
SANDBOX = {"disabled_controls": {"RDS.5": "nothing in a sandbox has to stay up"}}


def configured(hub: dict[str, Any], **units: Any) -> Configuration:
    value: Any = copy.deepcopy(VALUE)
    value.setdefault("capabilities", {})["security_hub"] = hub
    value["organizational_units"] |= units
    return Configuration.model_validate(value)


def classes(configuration: Configuration) -> dict[str, str]:
    core = frozenset(each.ou for each in configuration.core_accounts().values() if each.ou)
    settings = configuration.capabilities.security_hub
    units = dict(configuration.walk_units())
    return dict(classes_of(units, classes=settings.classes, core=core))


def test_the_class_of_a_unit_follows_from_what_stands_in_it() -> None:
    assert classes(configured({})) == {
        "Security": "core",
        "Infrastructure": "core",
        "Workloads": "workload",
        "Workloads/Production": "workload",
        "Workloads/Test": "workload",
        "Sandbox": "sandbox",
        "Suspended": "workload",
    }


def test_a_choice_goes_before_everything_and_units_below_follow() -> None:
    chosen = {"classes": {"sandbox": {"units": ["Workloads"]}, "workload": {"units": ["Sandbox"]}}}
    found = classes(configured(chosen))
    assert found["Workloads/Production"] == "sandbox"
    assert found["Sandbox"] == "workload"


def test_a_core_account_beside_workloads_does_not_make_its_neighbours_core() -> None:
    value: Any = copy.deepcopy(VALUE)
    value["accounts"]["shared_services"]["ou"] = "Workloads/Production"
    found = classes(Configuration.model_validate(value))
    assert found["Workloads/Production"] == "core"
    assert found["Workloads"] == found["Workloads/Test"] == "workload"


def test_without_a_word_every_unit_has_the_policy_of_the_root() -> None:
    configuration = configured({})
    assert unit_policies(configuration) == {}
    assert class_policies(configuration.capabilities.security_hub) == {}


def test_only_units_that_differ_from_the_one_above_have_an_association() -> None:
    configuration = configured(
        {
            "classes": {
                "sandbox": SANDBOX,
                "workload": {"standards": ["fsbp", "cis-5.0", "pci-4.0.1"]},
            }
        }
    )
    assert unit_policies(configuration) == {
        "Workloads": "workload",
        "Sandbox": "sandbox",
        "Suspended": "workload",
    }


def test_a_core_unit_within_workloads_goes_back_to_the_policy_of_the_root() -> None:
    value: Any = copy.deepcopy(VALUE)
    value["accounts"]["shared_services"]["ou"] = "Workloads/Production"
    standards = ["fsbp", "pci-4.0.1"]
    value.setdefault("capabilities", {})["security_hub"] = {
        "classes": {"workload": {"standards": standards}}
    }
    found = unit_policies(Configuration.model_validate(value))
    assert found["Workloads"] == "workload"
    assert found["Workloads/Production"] == "organization"


def test_a_class_adds_to_what_the_organization_says() -> None:
    hub = {
        "disabled_controls": {"EC2.10": "endpoints are central here"},
        "parameters": {
            "ACM.1": {"daysToExpiration": {"integer": 45}},
            "IAM.7": {"RequireNumbers": {"boolean": True}},
        },
        "classes": {
            "sandbox": {**SANDBOX, "parameters": {"ACM.1": {"daysToExpiration": {"integer": 14}}}}
        },
    }
    settings = configured(hub).capabilities.security_hub
    (policy,) = class_policies(settings).values()
    assert policy.standards == settings.standards
    assert sorted(policy.disabled) == ["EC2.10", "RDS.5"]
    assert policy.parameters["ACM.1"]["daysToExpiration"].integer == 14
    assert policy.parameters["IAM.7"] == root_policy(settings).parameters["IAM.7"]
    assert sorted(root_policy(settings).disabled) == ["EC2.10"]


@pytest.mark.parametrize(
    ("standards", "everywhere"),
    [(None, ("fsbp", "cis-5.0")), (["fsbp"], ("fsbp",)), ([], ())],
)
def test_rules_of_ours_fill_what_any_class_leaves_out(
    standards: list[str] | None, everywhere: tuple[str, ...]
) -> None:
    hub = {"classes": {"sandbox": {**SANDBOX, "standards": standards}}}
    assert configured(hub).capabilities.security_hub.everywhere() == everywhere
