"""Organization, units, accounts, policies and administrators: each finding, present and absent."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.preflight.checks import accounts, administrators, organization, policies
from baseline.preflight.finding import Verdict
from tests.unit.preflight.world import (
    HOME,
    MANAGEMENT,
    NETWORK,
    OTHER,
    ROOT_ID,
    SECURITY,
    World,
    blocking,
    changed,
    of,
)

SCP = "SERVICE_CONTROL_POLICY"
UNITS = ("Security", "Infrastructure", "Workloads", "Workloads/Production", "Workloads/Test")


def grown() -> World:
    """Give a world whose units exist and are adopted."""
    ids = {path: f"ou-exam-{number}0000000" for number, path in enumerate(UNITS, 1)}
    ids |= {"Sandbox": "ou-exam-60000000", "Suspended": "ou-exam-70000000"}
    tree: dict[str, Any] = {path: {"id": unit} for path, unit in ids.items() if "/" not in path}
    tree["Workloads"]["units"] = {
        "Production": {"id": ids["Workloads/Production"]},
        "Test": {"id": ids["Workloads/Test"]},
    }
    world = World(changed(organizational_units=tree))
    world.units = ids
    return world


def test_a_new_organization_has_nothing_in_the_way() -> None:
    look = World().look()
    for check in (
        organization.identity,
        organization.feature_set,
        organization.resource_policy,
        organization.units,
        accounts.known,
        accounts.unnamed,
        administrators.delegated,
        administrators.regional,
        policies.slots,
    ):
        assert blocking(check(look)) == [], check


def test_other_ids_are_to_be_written() -> None:
    world = World(changed(organization={"id": "o-otherorgid00", "root_id": "r-othr"}))
    (found,) = blocking(organization.identity(world.look()))
    assert found.verdict is Verdict.ADOPT
    assert found.configuration == {"organization": {"id": "o-exampleorgid", "root_id": ROOT_ID}}


def test_consolidated_billing_is_a_conflict() -> None:
    world = World()
    answer = {"Organization": {"Id": "o-exampleorgid", "MasterAccountId": MANAGEMENT}}
    answer["Organization"]["FeatureSet"] = "CONSOLIDATED_BILLING"
    world.set("organizations:DescribeOrganization", answer)
    (found,) = blocking(organization.feature_set(world.look()))
    assert found.commands == ("aws organizations enable-all-features",)


def test_a_resource_policy_stays_and_ours_is_left_out() -> None:
    world = World()
    summary = {
        "Id": "rp-example01",
        "Arn": "arn:aws:organizations::111111111111:resourcepolicy/x/y",
    }
    world.set(
        "organizations:DescribeResourcePolicy",
        {"ResourcePolicy": {"ResourcePolicySummary": summary, "Content": "{}"}},
    )
    (found,) = blocking(organization.resource_policy(world.look()))
    assert found.verdict is Verdict.SKIP
    world.configuration = changed(**found.configuration)
    assert blocking(organization.resource_policy(world.look())) == []


def test_the_resource_policy_of_our_stack_is_fine() -> None:
    world = World()
    summary = {"Id": "rp-example01"}
    world.set(
        "organizations:DescribeResourcePolicy",
        {"ResourcePolicy": {"ResourcePolicySummary": summary}},
    )
    world.stack("secbase-organization", MANAGEMENT)
    assert blocking(organization.resource_policy(world.look())) == []


def test_units_that_exist_are_adopted_at_their_path() -> None:
    world = World()
    world.unit("Workloads", "1")
    world.unit("Workloads/Production", "2")
    found = blocking(organization.units(world.look()))
    assert {row.verdict for row in found} == {Verdict.ADOPT}
    assert [row.configuration for row in found] == [
        {"organizational_units": {"Workloads": {"id": "ou-exam-10000000"}}},
        {
            "organizational_units": {
                "Workloads": {
                    "id": "ou-exam-10000000",
                    "units": {"Production": {"id": "ou-exam-20000000"}},
                }
            }
        },
    ]
    world.configuration = changed(**found[1].configuration)
    assert blocking(organization.units(world.look())) == []


def test_units_that_our_stack_made_need_no_id() -> None:
    world = World()
    world.unit("Workloads", "1")
    world.stack("secbase-organization", MANAGEMENT)
    assert blocking(organization.units(world.look())) == []


def test_an_id_that_no_unit_has_is_a_conflict_and_one_of_another_path_says_where() -> None:
    world = World(changed(organizational_units={"Sandbox": {"id": "ou-exam-90000000"}}))
    (found,) = blocking(organization.units(world.look()))
    assert (found.check, found.verdict) == ("units.id", Verdict.CONFLICT)
    assert "no unit has this ID" in found.message
    world.units["Elsewhere"] = "ou-exam-90000000"
    (found,) = blocking(organization.units(world.look()))
    assert "it is the unit Elsewhere" in found.message


def test_a_unit_with_another_id_is_to_be_written() -> None:
    world = World(changed(organizational_units={"Sandbox": {"id": "ou-exam-90000000"}}))
    world.unit("Sandbox", "6")
    (found,) = blocking(organization.units(world.look()))
    assert found.configuration == {"organizational_units": {"Sandbox": {"id": "ou-exam-60000000"}}}


def test_units_that_cannot_be_read_are_not_called_fine() -> None:
    world = World()
    world.set("organizations:ListOrganizationalUnitsForParent", "AccessDeniedException")
    look = world.look()
    assert list(organization.units(look)) == []
    assert look.organization.unknown


def test_an_account_that_is_not_in_the_organization_is_a_conflict() -> None:
    world = World()
    del world.accounts[NETWORK]
    (found,) = blocking(accounts.known(world.look()))
    assert (found.check, found.place) == ("accounts.missing", "network")


def test_a_closed_account_is_a_conflict() -> None:
    world = World()
    world.accounts[NETWORK]["State"] = "SUSPENDED"
    (found,) = blocking(accounts.known(world.look()))
    assert found.check == "accounts.closed"


def test_an_account_with_the_address_of_a_new_one_is_adopted() -> None:
    world = World()
    world.accounts["777777777777"] = {
        "Id": "777777777777",
        "Name": "Sandbox",
        "Email": "aws-sandbox-platform@example.com",
        "State": "ACTIVE",
    }
    world.places["777777777777"] = ""
    (found,) = blocking(accounts.known(world.look()))
    assert found.configuration == {"members": {"sandbox-platform": {"id": "777777777777"}}}
    world.configuration = changed(**found.configuration)
    assert blocking(accounts.known(world.look())) == []


def test_another_root_address_is_written_where_it_is_corporate() -> None:
    world = World()
    world.accounts[NETWORK]["Email"] = "cloud-network@example.com"
    (found,) = blocking(accounts.known(world.look()))
    assert found.configuration == {"accounts": {"network": {"email": "cloud-network@example.com"}}}
    world.accounts[NETWORK]["Email"] = "somebody@mail.example"
    (found,) = blocking(accounts.known(world.look()))
    assert (found.verdict, found.configuration) == (Verdict.CONFLICT, {})
    assert found.commands[0].startswith("aws account start-primary-email-update")


def test_a_core_account_in_the_root_is_moved_by_the_deployment() -> None:
    world = grown()
    world.places[SECURITY] = ""
    assert blocking(accounts.known(world.look())) == []


def test_an_account_in_another_unit_is_moved_or_described() -> None:
    world = grown()
    world.places[NETWORK] = "Sandbox"
    (found,) = blocking(accounts.known(world.look()))
    assert found.configuration == {"accounts": {"network": {"ou": "Sandbox"}}}
    assert found.commands == (
        (
            f"aws organizations move-account --account-id {NETWORK} --source-parent-id ou-exam-60000000 "
            "--destination-parent-id ou-exam-20000000"
        ),
    )
    world.configuration = changed(
        organizational_units=world.configuration.model_dump(exclude_unset=True)[
            "organizational_units"
        ],
        **found.configuration,
    )
    assert blocking(accounts.known(world.look())) == []


def test_a_member_in_the_root_is_told_when_its_unit_is_yet_to_come() -> None:
    found = of("accounts.unit", accounts.known(World().look()))
    told = [row for row in found if row.verdict is Verdict.NOTE]
    assert [row.place for row in told] == ["payments-production", "payments-test"]


def test_accounts_without_a_name_are_noted_with_lines_that_validate() -> None:
    world = grown()
    world.accounts["777777777777"] = {
        "Id": "777777777777",
        "Name": "Web Shop (old)",
        "Email": "shop@example.com",
        "State": "ACTIVE",
    }
    world.places["777777777777"] = "Workloads/Test"
    (found,) = accounts.unnamed(world.look())
    assert found.verdict is Verdict.NOTE
    assert found.configuration["members"]["web-shop-old"]["ou"] == "Workloads/Test"
    world.configuration = changed(**found.configuration)
    assert list(accounts.unnamed(world.look())) == []


def test_another_delegated_administrator_is_a_conflict() -> None:
    world = World()
    world.set(
        "organizations:ListDelegatedAdministrators", {"DelegatedAdministrators": [{"Id": NETWORK}]}
    )
    services = {"DelegatedServices": [{"ServicePrincipal": "config.amazonaws.com"}]}
    world.set("organizations:ListDelegatedServicesForAccount", services)
    (found,) = blocking(administrators.delegated(world.look()))
    assert found.place == "network"
    assert "--service-principal config.amazonaws.com" in found.commands[0]


def test_our_delegated_administrator_is_fine_beside_another_one() -> None:
    world = World()
    both = [{"Id": NETWORK}, {"Id": SECURITY}]
    world.set("organizations:ListDelegatedAdministrators", {"DelegatedAdministrators": both})
    services = {"DelegatedServices": [{"ServicePrincipal": "config.amazonaws.com"}]}
    world.set("organizations:ListDelegatedServicesForAccount", services)
    assert blocking(administrators.delegated(world.look())) == []


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (
            "guardduty:ListOrganizationAdminAccounts",
            {"AdminAccounts": [{"AdminAccountId": NETWORK, "AdminStatus": "ENABLED"}]},
        ),
        (
            "securityhub:ListOrganizationAdminAccounts",
            {"AdminAccounts": [{"AccountId": NETWORK, "Status": "ENABLED"}]},
        ),
    ],
)
def test_another_administrator_of_a_region_is_a_conflict(call: str, answer: Any) -> None:
    world = World()
    world.set(call, answer, region=OTHER)
    (found,) = blocking(administrators.regional(world.look()))
    assert (found.place, found.check) == (OTHER, "administrators.regional")
    assert NETWORK in found.message
    assert found.commands[0].endswith(f"--region {OTHER}")


def test_every_service_with_an_administrator_of_its_own_is_asked() -> None:
    on = {"enabled": True}
    world = World(
        changed(
            capabilities={
                "macie": on,
                "inspector": on,
                "detective": on,
                "unified_security_hub": on,
            }
        )
    )
    inspector = {"delegatedAdminAccounts": [{"accountId": NETWORK, "status": "ENABLED"}]}
    world.set("inspector2:ListDelegatedAdminAccounts", inspector)
    macie = {"adminAccounts": [{"accountId": NETWORK, "status": "ENABLED"}]}
    world.set("macie2:ListOrganizationAdminAccounts", macie)
    detective = {"Administrators": [{"AccountId": NETWORK}]}
    world.set("detective:ListOrganizationAdminAccounts", detective)
    found = blocking(administrators.regional(world.look()))
    assert {row.message.split()[0] for row in found} == {"inspector2", "macie2", "detective"}
    calls = {(region, call) for _, region, call in world.calls}
    assert (HOME, "securityhub:ListOrganizationAdminAccounts") in calls


def test_policies_of_others_get_their_slots() -> None:
    world = grown()
    workloads = world.units["Workloads"]
    for number in range(3):
        world.policy(f"theirs-{number}", workloads)
    found = blocking(policies.slots(world.look()))
    (reserve,) = of("policies.reserved", found)
    assert (reserve.verdict, reserve.configuration) == (
        Verdict.ADOPT,
        {"guardrails": {"reserved_scp_slots": 3}},
    )
    units = world.configuration.model_dump(exclude_unset=True)["organizational_units"]
    world.configuration = changed(organizational_units=units, **reserve.configuration)
    assert blocking(policies.slots(world.look())) == []


def test_a_unit_without_a_free_slot_is_a_conflict_that_names_what_to_detach() -> None:
    world = grown()
    workloads = world.units["Workloads"]
    world.policy("FullAWSAccess", workloads)
    for number in range(9):
        world.policy(f"theirs-{number}", workloads)
    found = policies.slots(world.look())
    full = [row for row in of("policies.full", found) if row.blocks]
    assert [row.place for row in full] == ["Workloads"]
    assert f"--target-id {workloads}" in full[0].commands[0]
    assert "of 10" in full[0].message


def test_our_own_policies_take_no_slot_of_others() -> None:
    world = grown()
    for number in range(1, 4):
        world.policy(f"secbase-scp-workloads-{number}", world.units["Workloads"])
    world.policy("FullAWSAccess", world.units["Workloads"])
    assert blocking(policies.slots(world.look())) == []


def test_resource_control_policies_have_slots_of_their_own() -> None:
    world = grown()
    world.policy("theirs", world.units["Sandbox"], kind="RESOURCE_CONTROL_POLICY")
    (found,) = blocking(policies.slots(world.look()))
    assert found.configuration == {"guardrails": {"reserved_rcp_slots": 1}}
