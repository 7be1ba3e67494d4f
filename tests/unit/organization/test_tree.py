from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from baseline.config import Configuration, Names
from baseline.config.quotas import CREATED_ACCOUNTS_PER_CONFIGURATION
from baseline.controls.registry import declarations
from baseline.errors import BaselineError
from baseline.organization.accounts import Accounts
from baseline.organization.units import OrganizationalUnits
from stacks.organization import OrganizationStack

UNIT = "AWS::Organizations::OrganizationalUnit"
ACCOUNT = "AWS::Organizations::Account"


def changed(configuration: Configuration, **settings: object) -> Configuration:
    return Configuration.model_validate({**configuration.model_dump(), **settings})


def units_of(stack: cdk.Stack, configuration: Configuration) -> Mapping[str, Mapping[str, Any]]:
    OrganizationalUnits(stack, "Units", configuration=configuration)
    resources: Mapping[str, Mapping[str, Any]] = Template.from_stack(stack).find_resources(UNIT)
    return resources


def test_every_unit_stands_under_its_parent(stack: cdk.Stack, configuration: Configuration) -> None:
    units = units_of(stack, configuration)
    by_name = {unit["Properties"]["Name"]: unit["Properties"] for unit in units.values()}
    assert list(by_name) == ["Security", "Infrastructure", "Workloads", "Production", "Sandbox"]
    (workloads,) = [
        logical for logical, unit in units.items() if unit["Properties"]["Name"] == "Workloads"
    ]
    assert by_name["Security"]["ParentId"] == "r-exam"
    assert by_name["Production"]["ParentId"] == {"Fn::GetAtt": [workloads, "Id"]}


def test_units_are_created_one_after_another(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    units = units_of(stack, configuration)
    logical_ids = list(units)
    assert [unit.get("DependsOn") for unit in units.values()] == [
        None,
        *([logical] for logical in logical_ids[:-1]),
    ]


def test_units_stay_when_they_leave_the_configuration(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    for unit in units_of(stack, configuration).values():
        assert unit["DeletionPolicy"] == "RetainExceptOnCreate"
        assert unit["UpdateReplacePolicy"] == "Retain"


def test_an_adopted_unit_makes_no_resource_and_carries_its_children(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    tree = configuration.model_dump()["organizational_units"]
    tree["Workloads"]["id"] = "ou-exam-workload"
    adopted = changed(configuration, organizational_units=tree)
    units = OrganizationalUnits(stack, "Units", configuration=adopted)
    assert units.ids["Workloads"] == "ou-exam-workload"
    resources = Template.from_stack(stack).find_resources(UNIT)
    parents = {
        unit["Properties"]["Name"]: unit["Properties"]["ParentId"] for unit in resources.values()
    }
    assert "Workloads" not in parents
    assert parents["Production"] == "ou-exam-workload"


def test_a_new_unit_leaves_the_logical_ids_of_the_others_alone(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    tree = {"Quarantine": {}, **configuration.model_dump()["organizational_units"]}
    before = set(units_of(stack, configuration))
    after = set(
        units_of(cdk.Stack(cdk.App(), "Stack"), changed(configuration, organizational_units=tree))
    )
    assert before < after


def test_two_names_that_differ_in_a_sign_are_two_units(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    tree = {
        **configuration.model_dump()["organizational_units"],
        "A": {"units": {"B": {}}},
        "A-B": {},
        "AB": {},
    }
    units = units_of(stack, changed(configuration, organizational_units=tree))
    assert len(units) == 5 + 4


def accounts_of(stack: cdk.Stack, configuration: Configuration) -> Mapping[str, Mapping[str, Any]]:
    ids = dict.fromkeys((path for path, _ in configuration.walk_units()), "ou-exam-anywhere")
    Accounts(stack, "Accounts", configuration=configuration, unit_ids=ids)
    resources: Mapping[str, Mapping[str, Any]] = Template.from_stack(stack).find_resources(ACCOUNT)
    return resources


def member(number: int, **settings: str) -> dict[str, str]:
    return {"email": f"aws-{number}@example.com", "ou": "Workloads/Production", **settings}


def test_Account_2_a_member_without_id_is_created_in_the_organization(  # noqa: N802
    stack: cdk.Stack, configuration: Configuration
) -> None:
    members = {f"app-{number}": member(number) for number in range(3)}
    accounts = accounts_of(stack, changed(configuration, members=members))
    assert [account["Properties"] for account in accounts.values()] == [
        {
            "AccountName": f"app-{number}",
            "Email": f"aws-{number}@example.com",
            "ParentIds": ["ou-exam-anywhere"],
        }
        for number in range(3)
    ]
    first, second, third = accounts
    assert accounts[second]["DependsOn"] == [first]
    assert accounts[third]["DependsOn"] == [second]
    for account in accounts.values():
        assert account["DeletionPolicy"] == account["UpdateReplacePolicy"] == "Retain"
    declared = declarations(stack)
    assert ["Account.2"] in [entry["controls"] for entry in declared]


def test_the_id_of_a_new_account_is_an_output(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    accounts_of(stack, changed(configuration, members={"app": member(1)}))
    (output,) = Template.from_stack(stack).find_outputs("*").values()
    assert output["Description"] == "Write this under members.app.id of the configuration"


def test_an_adopted_member_makes_no_resource(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    members = {f"app-{n}": member(n, id=f"{n:012}") for n in range(500_000, 500_200)}
    assert accounts_of(stack, changed(configuration, members=members)) == {}


def test_more_accounts_than_one_deployment_creates_are_an_error(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    number = CREATED_ACCOUNTS_PER_CONFIGURATION + 1
    many = {f"app-{n}": member(n) for n in range(number)}
    # The configuration's own check says so first; the construct is also used without it.
    unchecked = configuration.model_copy(
        update={"members": {name: _Member(**settings) for name, settings in many.items()}}
    )
    with pytest.raises(BaselineError, match=f"{number} members have no id.*creates 20 at most"):
        Accounts(stack, "Accounts", configuration=unchecked, unit_ids={})


def test_a_member_in_an_unknown_unit_is_an_error(
    stack: cdk.Stack, configuration: Configuration
) -> None:
    unchecked = configuration.model_copy(
        update={"members": {"app": _Member(email="a@example.com", ou="Nowhere")}}
    )
    with pytest.raises(BaselineError, match=r"member app belongs in 'Nowhere'.*known: Security"):
        Accounts(stack, "Accounts", configuration=unchecked, unit_ids={"Security": "ou-exam-x"})


class _Member:
    """A member that no check has seen."""

    def __init__(self, email: str, ou: str) -> None:
        self.id, self.email, self.ou = None, email, ou


def stack_of(app: cdk.App, configuration: Configuration) -> OrganizationStack:
    return OrganizationStack(
        app,
        "organization",
        configuration=configuration,
        names=Names.of(configuration),
        env=cdk.Environment(account="111111111111", region="eu-west-1"),
    )


def test_the_stack_places_core_accounts_in_their_units(
    app: cdk.App, configuration: Configuration
) -> None:
    stack = stack_of(app, configuration)
    template = Template.from_stack(stack)
    (features,) = template.find_resources("Custom::OrganizationFeatures").values()
    units = template.find_resources(UNIT)
    placed = {
        entry["AccountId"]: units[entry["UnitId"]["Fn::GetAtt"][0]]["Properties"]["Name"]
        for entry in features["Properties"]["Placements"]
    }
    assert placed == {
        "222222222222": "Security",
        "333333333333": "Security",
        "444444444444": "Infrastructure",
        "999999999999": "Infrastructure",
    }
    assert {*stack.unit_ids} == {path for path, _ in configuration.walk_units()}


def test_the_types_of_the_guardrails_in_use_are_enabled(
    app: cdk.App, configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stacks.organization.policy_types", lambda _: ("S3_POLICY",))
    template = Template.from_stack(stack_of(app, configuration))
    (features,) = template.find_resources("Custom::OrganizationFeatures").values()
    assert "S3_POLICY" in features["Properties"]["PolicyTypes"]


def test_features_accounts_and_units_take_turns(app: cdk.App, configuration: Configuration) -> None:
    settled = changed(configuration, members={"app": member(1)})
    template = Template.from_stack(stack_of(app, settled))
    units = template.find_resources(UNIT)
    ((account_id, account),) = template.find_resources(ACCOUNT).items()
    (features,) = template.find_resources("Custom::OrganizationFeatures").values()
    assert {*units, account_id} <= {*features["DependsOn"]}
    assert list(units)[-1] in account["DependsOn"]


def test_the_template_does_not_grow_with_adopted_members(configuration: Configuration) -> None:
    many = {f"app-{n}": member(n, id=f"{n:012}") for n in range(700_000, 700_200)}
    few, more = (
        json.dumps(
            Template.from_stack(
                stack_of(cdk.App(), changed(configuration, members=members))
            ).to_json()
        )
        for members in ({}, many)
    )
    assert few == more
