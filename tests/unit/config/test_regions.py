"""The Region table is CloudFormation's own, and agrees with what AWS says about opt-in Regions."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from baseline.config import regions

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate_regions", ROOT / "scripts" / "generate_regions.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_table_is_what_the_script_makes(script: ModuleType) -> None:
    assert regions.TABLE.read_text(encoding="utf-8") == script.rendered(), (
        "run python scripts/generate_regions.py"
    )


def test_it_holds_the_commercial_partition_only() -> None:
    names = list(regions.table())
    assert names == sorted(names)
    assert {"us-east-1", "eu-west-1", "eu-central-1", "af-south-1"} <= set(names)
    assert not [
        name for name in names if name.startswith(("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"))
    ]


def test_opt_in_regions_are_those_where_security_hub_has_no_home() -> None:
    # Two sources that know nothing of each other: the launch dates in the Account Management
    # guide, and the types in CloudFormation (Security Hub User Guide: a Region that is off by
    # default cannot be the home Region).
    for region in regions.table().values():
        assert region.opt_in == ("AWS::SecurityHub::FindingAggregator" in region.missing)


def test_a_default_region_lacks_nothing() -> None:
    region = regions.table()["eu-west-1"]
    for capability in regions.EVERYWHERE:
        assert region.lacks(capability, home=True) == []


def test_an_opt_in_region_is_governed_but_no_home() -> None:
    region = regions.table()["eu-south-1"]
    assert region.lacks("security_hub", home=False) == []
    assert "AWS::SecurityHub::ConfigurationPolicy" in region.lacks("security_hub", home=True)


def test_every_region_can_be_governed_by_every_capability() -> None:
    for region in regions.table().values():
        for capability in regions.EVERYWHERE:
            assert region.lacks(capability, home=False) == []


def test_a_type_that_is_not_offered_is_an_error_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from baseline.config import checks  # noqa: PLC0415 - beside the table it is patched with

    poor = regions.Region(
        name="eu-west-1", opt_in=False, missing=frozenset({"AWS::GuardDuty::Detector"})
    )
    monkeypatch.setattr(checks.regions, "table", lambda: {"eu-west-1": poor})
    findings = checks.run({"home_region": "eu-west-1", "regions": ["eu-west-1"]})
    assert [finding.message for finding in findings if finding.path == ("regions", 0)] == [
        "CloudFormation has no AWS::GuardDuty::Detector in 'eu-west-1'; leave the Region out, or switch capabilities.guardduty off"
    ]


@pytest.mark.parametrize(
    ("region", "principal"),
    [
        ("eu-west-1", "guardduty.amazonaws.com"),
        ("eu-south-1", "guardduty.eu-south-1.amazonaws.com"),
    ],
)
def test_guardduty_exports_from_an_opt_in_region_under_a_name_of_its_own(
    region: str, principal: str
) -> None:
    assert regions.guardduty_principal(region) == principal


def test_systems_manager_writes_from_an_opt_in_region_under_a_name_of_its_own() -> None:
    names = regions.systems_manager_principals(["eu-west-1", "eu-south-1", "af-south-1"])
    assert names == [
        "ssm.amazonaws.com",
        "ssm.af-south-1.amazonaws.com",
        "ssm.eu-south-1.amazonaws.com",
    ]


def test_a_region_without_service_settings_is_governed_without_them() -> None:
    from baseline.config import checks  # noqa: PLC0415 - as above

    document = {
        "home_region": "eu-west-1",
        "regions": ["eu-west-1", "me-central-1"],
        "systems_manager": {
            "default_host_management": False,
            "block_public_documents": False,
            "automation_logs": False,
        },
    }
    findings = [each for each in checks.run(document) if each.path == ("regions", 1)]
    assert [each.message for each in findings if "SSM" in each.message] == []
