"""Only core accounts are bootstrapped; members' deploy roles trust the management account alone."""

from __future__ import annotations

from pathlib import Path

from baseline.config import Configuration, load
from baseline.local.bootstrap import (
    QUALIFIER,
    TOOLKIT_STACK,
    Target,
    command,
    targets,
    workload_targets,
)
from baseline.local.environment import Tools

ROOT = Path(__file__).resolve().parents[3]
TOOLS = Tools(root=ROOT, node=Path("/wheel/bin/node"), cdk=Path("/repo/node_modules/.bin/cdk"))


def example() -> Configuration:
    return load(ROOT / "baseline.yaml")


def test_core_accounts_at_home_and_the_management_account_in_every_region() -> None:
    configuration = example()
    management = configuration.accounts.management.id
    core = {account.id for account in configuration.core_accounts().values()}

    found = targets(configuration)

    home = configuration.home_region
    assert {target.account for target in found if target.region == home} == core
    assert {target.account for target in found if target.region != home} == {management}
    assert {target.region for target in found} == set(configuration.regions)
    assert len(set(found)) == len(found)


def test_no_member_account_is_bootstrapped() -> None:
    configuration = example()
    members = {member.id for member in configuration.members.values()}

    assert not members & {target.account for target in targets(configuration)}


def test_a_workload_account_is_bootstrapped_as_application_teams_do_it() -> None:
    configuration = load(ROOT / "examples" / "configurations" / "workload.yaml")
    (target,) = workload_targets(configuration)
    assert target in targets(configuration)
    assert (target.account, target.region) == ("555555555555", configuration.home_region)

    arguments = command(target, "111111111111", TOOLS)

    assert arguments[arguments.index("--qualifier") + 1] == "hnb659fds" != QUALIFIER
    assert arguments[arguments.index("--toolkit-stack-name") + 1] == "CDKToolkit"
    assert arguments[arguments.index("--trust") + 1] == "111111111111"


def test_another_account_trusts_the_management_account_only() -> None:
    arguments = command(Target(account="222222222222", region="eu-west-1"), "111111111111", TOOLS)

    assert arguments[arguments.index("--trust") + 1] == "111111111111"
    assert arguments.count("--trust") == 1


def test_the_management_account_trusts_nobody_else() -> None:
    arguments = command(Target(account="111111111111", region="eu-west-1"), "111111111111", TOOLS)

    assert "--trust" not in arguments


def test_the_qualifier_is_the_one_that_guardrails_exempt() -> None:
    arguments = command(Target(account="222222222222", region="eu-west-1"), "111111111111", TOOLS)

    assert arguments[arguments.index("--qualifier") + 1] == QUALIFIER
    assert arguments[arguments.index("--toolkit-stack-name") + 1] == TOOLKIT_STACK
    assert arguments[arguments.index("--app") + 1] == ""
