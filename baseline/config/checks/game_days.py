"""Game days: alarms that can stop an experiment, an account that may have one, canaries of their own."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.config.view import View

EXPERIMENTS: Path = ("response", "game_days", "experiments")
QUALIFIER = "secbase"
ARN_PARTS = 6


def experiments_stand_in_a_workload_account(view: View) -> Iterator[Finding]:
    """No core account carries experiments, and their role is not exempt from guardrails."""
    account = view.text(*EXPERIMENTS, "account")
    for place in view.accounts():
        if account is not None and place[0] == "accounts" and view.text(*place, "id") == account:
            yield Finding(
                (*EXPERIMENTS, "account"),
                f"{show(account)} is accounts.{place[1]}, a core account; experiments break things, "
                "use an account of members",
            )
    if view.text(*EXPERIMENTS, "qualifier") == QUALIFIER:
        yield Finding(
            (*EXPERIMENTS, "qualifier"),
            f"{show(QUALIFIER)} is the baseline's own, whose roles guardrails keep to core accounts; "
            "use that of application teams, such as 'hnb659fds'",
        )


def alarms_can_stop_experiments(view: View) -> Iterator[Finding]:
    """AWS FIS reads alarms of the experiment's own account and Region only."""
    account, home = view.text(*EXPERIMENTS, "account"), view.text("home_region")
    for path, arn in view.items(*EXPERIMENTS, "stop_alarms"):
        parts = arn.split(":", ARN_PARTS)
        if len(parts) <= ARN_PARTS or account is None or home is None:
            continue
        region, owner = parts[3], parts[4]
        if (region, owner) != (home, account):
            yield Finding(
                path,
                f"is of account {owner} in {region}; an alarm stops an experiment in its own account "
                f"and Region only, which are {account} and {home}",
            )


def canaries_have_their_own_name(view: View) -> Iterator[Finding]:
    """A canary is no break-glass user, and stands once."""
    rescue = [name for _, name in view.items("break_glass", "users")]
    seen: set[str] = set()
    for path, name in view.items("response", "canary_users"):
        if name in rescue:
            yield Finding(
                path, f"{show(name)} is a break-glass user, which people need; choose another name"
            )
        if name in seen:
            yield Finding(path, f"{show(name)} stands here twice; write it once")
        seen.add(name)
