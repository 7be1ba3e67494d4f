"""Targets: in which account a scenario acts, and where none may."""

from __future__ import annotations

import re
from collections.abc import Sequence

from baseline.config import Configuration
from baseline.config.forms import ACCOUNT_ID_PATTERN
from baseline.config.text import nearest
from baseline.errors import BaselineError
from baseline.gameday.scenario import Scenario

MANAGEMENT = "management"
SETTINGS = {
    "inbox": "response.game_days.inbox: true",
    "canary_users": "response.canary_users",
    "break_glass_users": "break_glass.users with create: true",
    "guardduty": "capabilities.guardduty.enabled: true",
    "experiments": "response.game_days.experiments",
}
"""What to set for what a scenario needs."""


def accounts_of(
    scenarios: Sequence[Scenario],
    configuration: Configuration,
    named: Sequence[str],
    *,
    local: bool,
) -> dict[str, str]:
    """Give the account ID of each scenario by its name.

    Args:
        scenarios: what will run.
        configuration: the configuration.
        named: names or IDs of accounts that somebody typed.
        local: it is the embedded AWS, in which accounts need not be named.

    Raises:
        BaselineError: an account is not named, is the management account, or is a core account in
            which none of the scenarios acts.
    """
    ids = [_id_of(name, configuration) for name in named]
    core = {one.id: name for name, one in configuration.core_accounts().items()}
    found = {one.id: _target(one, configuration, ids, core, local=local) for one in scenarios}
    for account in ids:
        if account in found.values():
            continue
        if account in core:
            raise BaselineError(
                f"{core[account]} ({account}) is a core account, and none of the scenarios acts "
                "there; name a workload account"
            )
        raise BaselineError(f"none of the scenarios acts in {account}; leave it out")
    return found


def lacking(scenario: Scenario, configuration: Configuration) -> list[str]:
    """Give the settings that a scenario needs and the configuration does not have."""
    days, rescue = configuration.response.game_days, configuration.break_glass
    there = {
        "inbox": days.inbox,
        "canary_users": bool(configuration.response.canary_users),
        "break_glass_users": rescue.create and bool(rescue.users),
        "guardduty": configuration.capabilities.guardduty.enabled,
        "experiments": days.experiments is not None,
    }
    heard = configuration.notifications.severities()
    return [
        *(SETTINGS[need] for need in scenario.needs if not there[need]),
        *(f"notifications.{severity}" for severity in scenario.tells if severity not in heard),
    ]


def _target(
    scenario: Scenario,
    configuration: Configuration,
    ids: Sequence[str],
    core: dict[str, str],
    *,
    local: bool,
) -> str:
    if scenario.account == "member":
        return _workload(scenario, configuration, [one for one in ids if one not in core], local)
    wanted = configuration.accounts.security.id
    what = "the core account security"
    if scenario.account == "experiments":
        experiments = configuration.response.game_days.experiments
        if experiments is None:
            raise BaselineError(f"{scenario.id} needs {SETTINGS['experiments']}")
        wanted, what = experiments.account, "the account of the experiments"
    if wanted not in ids and not local:
        raise BaselineError(
            f"{scenario.id} acts in {what}, which has to be named: --account {wanted}"
        )
    return wanted


def _workload(
    scenario: Scenario, configuration: Configuration, named: list[str], local: bool
) -> str:
    if len(named) > 1:
        raise BaselineError(
            f"{scenario.id} acts in one workload account, and {len(named)} are named "
            f"({', '.join(named)}); run it once for each"
        )
    if named:
        return named[0]
    members = [one.id for one in configuration.members.values() if one.id]
    if local and members:
        return members[0]
    raise BaselineError(
        f"{scenario.id} acts in a workload account, which has to be named: --account NAME"
    )


def _id_of(name: str, configuration: Configuration) -> str:
    accounts = dict(configuration.all_accounts())
    account = accounts.get(name)
    found = account.id if account is not None else None
    if found is None and re.fullmatch(ACCOUNT_ID_PATTERN, name):
        found = name
    if found is None:
        if account is not None:
            raise BaselineError(f"{name} has no ID in the configuration; write the 12 digits")
        near = nearest(name, accounts)
        raise BaselineError(
            f"{name} is no account of the configuration{f'; did you mean {near}?' if near else ''}"
        )
    if found == configuration.accounts.management.id:
        raise BaselineError(
            f"{MANAGEMENT} ({found}) is the management account; guardrails do not bind it, and no "
            "scenario acts there"
        )
    return found
