"""What a configuration may say about Control Tower: one line for each mistake."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from baseline.config.control_tower_controls import known
from baseline.config.quotas import ENABLED_CONTROLS_PER_CONFIGURATION

Found = Callable[[dict[str, object]], list[str]]

KEY = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555"
ROOT_KEYS = {"control": "AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS", "units": ["Workloads"]}
VOLUMES = {"control": "AWS-GR_ENCRYPTED_VOLUMES", "units": ["Workloads"]}
WORKLOADS = {"units": ["Workloads"]}
CONTROLS: dict[str, object] = {
    "control_tower": "controls",
    "guardrails": {"reserved_scp_slots": 1},
    "landing_zone": {"controls": [ROOT_KEYS]},
}
ZONE: dict[str, object] = CONTROLS | {"control_tower": "landing-zone"}
RECORDING: dict[str, object] = ZONE | {
    "landing_zone.integrations": {"config": True},
    "landing_zone.baselines": [WORKLOADS],
    "capabilities": {"config": {"enabled": False}},
}


@pytest.fixture
def told(found: Found) -> Found:
    """Give the findings; the changes are copied, because they hold each other."""
    return lambda changes: found(copy.deepcopy(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        CONTROLS,
        ZONE,
        RECORDING,
        CONTROLS | {"landing_zone": {}},
        RECORDING | {"landing_zone.controls": [VOLUMES]},
        RECORDING
        | {
            "landing_zone.integrations": {
                "config": True,
                "security_roles": True,
                "backup": {
                    "administrator_account": "333333333333",
                    "vault_account": "222222222222",
                    "kms_key_arn": KEY,
                },
            }
        },
        ZONE
        | {
            "landing_zone.integrations": {"centralized_logging": True},
            "landing_zone.second_trail": True,
        },
        CONTROLS
        | {
            "landing_zone.controls": [
                {
                    "control": "arn:aws:controlcatalog:::control/8ui9y3oace2513xarz8aqojl7",
                    "units": ["Workloads"],
                    "allowed_regions": ["eu-west-1"],
                }
            ]
        },
    ],
)
def test_it_is_right(told: Found, changes: dict[str, object]) -> None:
    assert told(changes) == []


REFUSED: list[tuple[str, dict[str, object], str]] = [
    (
        "unknown mode",
        {"control_tower": "landing_zone"},
        "control_tower: 'landing_zone' is not one of none, controls, landing-zone; did you mean 'landing-zone'?",
    ),
    (
        "section without Control Tower",
        {"landing_zone": {"controls": [ROOT_KEYS]}},
        "landing_zone: has no effect with control_tower: none",
    ),
    (
        "integration in mode controls",
        CONTROLS
        | {
            "landing_zone.integrations": {"centralized_logging": True},
            "landing_zone.second_trail": True,
        },
        "landing_zone.integrations: sets up centralized_logging with the landing zone, which the mode controls leaves",
    ),
    (
        "mode controls where a landing zone is described",
        RECORDING
        | {
            "control_tower": "controls",
            "landing_zone.integrations": {"config": True, "security_roles": True},
        },
        "landing_zone.integrations: sets up config, security_roles with the landing zone",
    ),
    (
        "recorders of a mode that cannot be read",
        RECORDING | {"control_tower": 7},
        "control_tower: 7 is not one of none, controls, landing-zone",
    ),
    (
        "mode without a value",
        RECORDING | {"control_tower": None},
        "control_tower: has no value",
    ),
    (
        "recorders without Control Tower",
        RECORDING | {"control_tower": "none"},
        "landing_zone: has no effect with control_tower: none",
    ),
    (
        "control for an unknown unit",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "units": ["Workload"]}]},
        "landing_zone.controls[0].units[0]: 'Workload' is not a unit of organizational_units; did you mean 'Workloads'?",
    ),
    (
        "baseline for an unknown unit",
        RECORDING | {"landing_zone.baselines": [{"units": ["Nowhere at all"]}]},
        "landing_zone.baselines[0].units[0]: 'Nowhere at all' is not a unit of organizational_units; add it there",
    ),
    (
        "control twice",
        CONTROLS | {"landing_zone.controls": [ROOT_KEYS, ROOT_KEYS]},
        "landing_zone.controls[1].units[0]: 'AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS' stands here for 'Workloads' a second time",
    ),
    (
        "alias of a control",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "control": "CT.S3.PV.1"}]},
        "landing_zone.controls[0].control: 'CT.S3.PV.1' is not a control: AWS-GR_..., or the ID or ARN",
    ),
    (
        "control without units",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "units": []}]},
        "landing_zone.controls[0].units: is an empty list",
    ),
    (
        "unknown key of a control",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "unit": "Workloads"}]},
        "landing_zone.controls[0].unit: unknown key; did you mean 'units'?",
    ),
    (
        "no room for Control Tower's policies",
        CONTROLS | {"guardrails": {}},
        "guardrails.reserved_scp_slots: 0 leaves no room for the policies that Control Tower attaches; reserve at least 1",
    ),
    (
        "Region restriction of the landing zone",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "control": "AWS-GR_REGION_DENY"}]},
        "landing_zone.controls[0].control: is switched on with the landing zone in the console only",
    ),
    (
        "root control that stops central root access",
        CONTROLS
        | {"landing_zone.controls": [{**ROOT_KEYS, "control": "AWS-GR_RESTRICT_ROOT_USER"}]},
        "landing_zone.controls[0].control: stops central root access",
    ),
    (
        "parameter of another control",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "exempt_assume_root": True}]},
        "landing_zone.controls[0].exempt_assume_root: is a parameter of AWS-GR_RESTRICT_ROOT_USER only",
    ),
    (
        "Region that is not governed",
        CONTROLS | {"landing_zone.controls": [{**ROOT_KEYS, "allowed_regions": ["us-east-1"]}]},
        "landing_zone.controls[0].allowed_regions[0]: 'us-east-1' is not one of regions [eu-west-1, eu-central-1]",
    ),
    (
        "detective control without Config",
        ZONE | {"landing_zone.controls": [VOLUMES]},
        "landing_zone.controls[0].control: 'AWS-GR_ENCRYPTED_VOLUMES' is evaluated by AWS Config",
    ),
    (
        "two recorders",
        {**RECORDING, "capabilities": {}},
        "landing_zone.integrations.config: would make Config recorders where the baseline makes them",
    ),
    (
        "two recorders in mode controls",
        CONTROLS | {"landing_zone.baselines": [WORKLOADS]},
        "landing_zone.baselines: would make Config recorders where the baseline makes them",
    ),
    (
        "two trails",
        ZONE | {"landing_zone.integrations": {"centralized_logging": True}},
        "landing_zone.integrations.centralized_logging: records what the baseline's organization trail records already",
    ),
    (
        "two backups",
        RECORDING
        | {
            "landing_zone.integrations": {
                "config": True,
                "security_roles": True,
                "backup": {
                    "administrator_account": "333333333333",
                    "vault_account": "222222222222",
                    "kms_key_arn": KEY,
                },
            },
            "capabilities.backup": {
                "vault": "central",
                "role": "Backup",
                "tag_key": "backup",
                "tag_values": ["daily"],
            },
        },
        "landing_zone.integrations.backup: backs up what the plan of capabilities.backup backs up already",
    ),
    (
        "integration without the one below it",
        ZONE | {"landing_zone.integrations": {"security_roles": True}},
        "landing_zone.integrations.security_roles: needs config of landing_zone.integrations too",
    ),
    (
        "access management without roles",
        RECORDING
        | {
            "landing_zone.integrations": {"config": True, "access_management": True},
            "landing_zone.baselines": [{**WORKLOADS, "baseline": "12GZU8CKZKVMS2AW"}],
        },
        "landing_zone.integrations.access_management: needs security_roles of landing_zone.integrations too",
    ),
    (
        "baseline without recorders",
        RECORDING | {"landing_zone.integrations": {}},
        "landing_zone.baselines[0]: needs Control Tower's recorders",
    ),
    (
        "baseline that does not know where access is managed",
        RECORDING
        | {
            "landing_zone.integrations": {
                "config": True,
                "security_roles": True,
                "access_management": True,
            }
        },
        "landing_zone.baselines[0]: needs identity_center_baseline while Control Tower manages access",
    ),
    (
        "integration accounts in two units",
        RECORDING | {"accounts.log_archive.ou": "Infrastructure"},
        "accounts.security.ou: 'Security': Control Tower wants the accounts of its integrations (log_archive, security) in one unit",
    ),
    (
        "integration account in a unit that is misspelt",
        RECORDING | {"accounts.log_archive.ou": "Securit"},
        "accounts.log_archive.ou: 'Securit' is not a unit of organizational_units",
    ),
    (
        "integration account in a unit that is a number",
        RECORDING | {"accounts.log_archive.ou": 7},
        "accounts.log_archive.ou: 7 stands where text is expected",
    ),
    (
        "backup account of somebody else",
        RECORDING
        | {
            "landing_zone.integrations": {
                "config": True,
                "security_roles": True,
                "backup": {
                    "administrator_account": "123456789012",
                    "vault_account": "222222222222",
                    "kms_key_arn": KEY,
                },
            }
        },
        "landing_zone.integrations.backup.administrator_account: '123456789012' is the ID of no account",
    ),
    (
        "version without quotes",
        RECORDING | {"landing_zone.baselines": [{**WORKLOADS, "version": "v5"}]},
        "landing_zone.baselines[0].version: 'v5' is not a version in quotes",
    ),
    (
        "retention below a year",
        ZONE | {"landing_zone.log_retention_days": 30},
        "landing_zone.log_retention_days: 30 is too small: at least 365",
    ),
    (
        "unknown policy type",
        {"organization.delegation": {"policy_types": ["SCP"]}},
        "organization.delegation.policy_types[0]: 'SCP' is not one of SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY",
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [pytest.param(changes, expected, id=name) for name, changes, expected in REFUSED],
)
def test_it_is_one_finding(told: Found, changes: dict[str, object], expected: str) -> None:
    (finding,) = told(changes)
    assert finding.startswith(expected)


def test_both_accounts_are_told_when_their_unit_is_not_under_the_root(told: Found) -> None:
    nested = {"accounts.log_archive.ou": "Workloads/Test", "accounts.security.ou": "Workloads/Test"}
    findings = told(RECORDING | nested)
    assert [finding.split(":")[0] for finding in findings] == [
        "accounts.log_archive.ou",
        "accounts.security.ou",
    ]


def test_a_misspelt_unit_is_told_once_at_each_place(told: Found) -> None:
    findings = told(RECORDING | {"landing_zone.baselines": [{"units": ["Workload"]}] * 2})
    assert [finding.split(": ")[0] for finding in findings] == [
        "landing_zone.baselines[0].units[0]",
        "landing_zone.baselines[1].units[0]",
    ]


def test_more_controls_than_one_deployment_enables(told: Found) -> None:
    limit = ENABLED_CONTROLS_PER_CONFIGURATION
    many = [{"control": f"AWS-GR_CONTROL_{n}", "units": ["Workloads"]} for n in range(limit + 1)]
    assert told(CONTROLS | {"landing_zone.controls": many[:limit]}) == []
    (finding,) = told(CONTROLS | {"landing_zone.controls": many})
    assert finding.startswith(
        f"landing_zone.controls[{limit}].units[0]: is control {limit + 1} of {limit + 1}"
    )


def test_a_known_control_is_of_one_kind() -> None:
    kinds = known()
    assert kinds["detective"] & kinds["preventive"] == set()
    assert all(name.startswith("AWS-GR_") for names in kinds.values() for name in names)


def test_an_entry_of_a_wrong_form_does_not_make_the_list_empty(told: Found) -> None:
    findings = told({"organization.email_domains": ["Example"]})
    assert not [finding for finding in findings if "is an empty list" in finding]
    findings = told({"organization.email_domains": []})
    assert [finding for finding in findings if "is an empty list" in finding]
