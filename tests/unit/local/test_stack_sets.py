"""Who gets a stack instance: members below the targets, never management, never suspended ones."""

from types import SimpleNamespace
from typing import Any

import pytest

from baseline.local import organization, stack_set_targets, stack_sets
from baseline.local.stack_sets import Instance, StackSet

MANAGEMENT, LOGS, TEAM, CLOSED = "111111111111", "222222222222", "555555555555", "666666666666"
HOME, OTHER = "eu-west-1", "eu-central-1"


def account(identifier: str, parent: str, status: str = "ACTIVE") -> SimpleNamespace:
    return SimpleNamespace(id=identifier, parent_id=parent, status=status)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(
        ou=[
            SimpleNamespace(id="r-exam", parent_id=None),
            SimpleNamespace(id="ou-security", parent_id="r-exam"),
            SimpleNamespace(id="ou-workloads", parent_id="r-exam"),
            SimpleNamespace(id="ou-production", parent_id="ou-workloads"),
        ],
        accounts=[
            account(MANAGEMENT, "r-exam"),
            account(LOGS, "ou-security"),
            account(TEAM, "ou-production"),
            account(CLOSED, "ou-production", "SUSPENDED"),
        ],
    )
    monkeypatch.setattr(organization, "backend", lambda _: made)
    monkeypatch.setattr(organization, "management_of", lambda _: MANAGEMENT)
    monkeypatch.setattr(stack_sets, "_sets", {})
    return made


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    done: list[tuple[str, str, str]] = []

    def deploy(_: StackSet, instance: Instance) -> None:
        done.append(("deploy", instance.account, instance.region))
        instance.status, instance.stack_id = "CURRENT", "stack"

    monkeypatch.setattr(stack_sets, "deploy", deploy)
    return done


@pytest.mark.parametrize(
    ("targets", "accounts"),
    [
        ({"OrganizationalUnitIds": ["r-exam"]}, {LOGS, TEAM}),
        ({"OrganizationalUnitIds": ["ou-workloads"]}, {TEAM}),
        ({"OrganizationalUnitIds": ["ou-security"]}, {LOGS}),
        (
            {
                "OrganizationalUnitIds": ["r-exam"],
                "Accounts": [LOGS],
                "AccountFilterType": "INTERSECTION",
            },
            {LOGS},
        ),
        (
            {
                "OrganizationalUnitIds": ["r-exam"],
                "Accounts": [LOGS],
                "AccountFilterType": "DIFFERENCE",
            },
            {TEAM},
        ),
        (
            {
                "OrganizationalUnitIds": ["ou-security"],
                "Accounts": [TEAM],
                "AccountFilterType": "UNION",
            },
            {LOGS, TEAM},
        ),
    ],
)
@pytest.mark.usefixtures("state")
def test_targets_resolve_through_all_units_below(
    targets: dict[str, Any], accounts: set[str]
) -> None:
    assert set(stack_set_targets.resolve(MANAGEMENT, targets)) == accounts


def make(**automatic: bool) -> StackSet:
    settings = {"TemplateBody": "{}", "AutoDeployment": automatic}
    made = stack_sets.create("members", MANAGEMENT, HOME, settings)
    targets = {"OrganizationalUnitIds": ["ou-workloads"]}
    new = stack_sets.planned(made, targets, [HOME, OTHER])
    stack_sets.run(made, "CREATE", new, stack_sets.deploy)
    return made


def test_an_account_that_is_moved_in_gets_its_instances(
    state: SimpleNamespace, deployed: list[tuple[str, str, str]]
) -> None:
    made = make(Enabled=True)
    deployed.clear()
    state.accounts[1].parent_id = "ou-production"
    stack_sets.account_changed(LOGS)
    assert sorted(deployed) == [("deploy", LOGS, OTHER), ("deploy", LOGS, HOME)]
    assert made.instances[(LOGS, HOME)].unit == "ou-workloads"


def test_without_automatic_deployment_it_gets_none(
    state: SimpleNamespace, deployed: list[tuple[str, str, str]]
) -> None:
    make(Enabled=False)
    deployed.clear()
    state.accounts[1].parent_id = "ou-production"
    stack_sets.account_changed(LOGS)
    assert not deployed


def test_an_account_that_leaves_keeps_its_stacks_when_they_are_retained(
    state: SimpleNamespace, deployed: list[tuple[str, str, str]]
) -> None:
    made = make(Enabled=True, RetainStacksOnAccountRemoval=True)
    deployed.clear()
    state.accounts[2].parent_id = "r-exam"
    stack_sets.account_changed(TEAM)  # a delete would need a running CloudFormation, and fail
    assert not made.instances
    assert not deployed
    newest = max(made.operations.values(), key=lambda one: one.created)
    assert newest.status == "SUCCEEDED"


@pytest.mark.usefixtures("state")
def test_a_failed_instance_fails_the_operation_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deploy(_: StackSet, instance: Instance) -> None:
        if instance.region == OTHER:
            raise RuntimeError("ROLLBACK_COMPLETE: Role: not allowed")

    monkeypatch.setattr(stack_sets, "deploy", deploy)
    made = make(Enabled=True)
    (operation,) = made.operations.values()
    assert operation.status == "FAILED"
    assert operation.results[(TEAM, HOME)] == ("SUCCEEDED", "")
    assert made.instances[(TEAM, OTHER)].reason == "ROLLBACK_COMPLETE: Role: not allowed"


@pytest.mark.parametrize(
    ("given", "at_once", "tolerance"),
    [
        ({}, 1, 0),
        ({"MaxConcurrentCount": 5}, 1, 0),
        ({"MaxConcurrentCount": 5, "FailureToleranceCount": 2}, 3, 2),
        ({"MaxConcurrentPercentage": 100, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}, 10, 0),
        ({"MaxConcurrentPercentage": 5, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}, 1, 0),
        ({"FailureTolerancePercentage": 25}, 1, 2),
    ],
)
def test_preferences_bound_what_is_begun(
    given: dict[str, Any], at_once: int, tolerance: int
) -> None:
    preferences = stack_set_targets.Preferences.of(given, 10)
    assert (preferences.at_once, preferences.tolerance) == (at_once, tolerance)


def test_regions_go_one_by_one_in_their_order_or_all_at_once() -> None:
    regions = [HOME, OTHER, HOME]
    ordered = stack_set_targets.Preferences.of({"RegionOrder": [OTHER]}, 1)
    assert ordered.waves(regions) == [[OTHER], [HOME]]
    parallel = stack_set_targets.Preferences.of({"RegionConcurrencyType": "PARALLEL"}, 1)
    assert parallel.waves(regions) == [[HOME, OTHER]]


@pytest.mark.usefixtures("state")
def test_a_region_that_fails_ends_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    def deploy(_: StackSet, instance: Instance) -> None:
        raise RuntimeError(instance.region)

    monkeypatch.setattr(stack_sets, "deploy", deploy)
    (operation,) = make(Enabled=True).operations.values()
    assert operation.results[(TEAM, HOME)] == ("FAILED", HOME)
    assert operation.results[(TEAM, OTHER)][0] == "CANCELLED"
