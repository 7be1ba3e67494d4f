"""One account without an organization: the checks that concern it, and what it cannot have.

The account stands in for every account of an organization, so the checks of organizations judge it:
they are given a view in which it has the role that they look for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from baseline.config.checks import (
    account_settings,
    billing,
    config_rules,
    detection,
    guardduty,
    iam,
    lists,
    log_archive,
    mail,
    network,
    network_groups,
    notifications,
    prefix,
    regions,
    retention,
    security_hub,
)
from baseline.config.checks.regions import unoffered
from baseline.config.finding import REGIONS, Finding, Path
from baseline.config.regions import ALONE
from baseline.config.text import listed, show
from baseline.config.view import View

SECTION: Path = ("standalone",)
DOMAINS: Path = ("organization", "email_domains")
ROLE: Path = ("accounts", "security")

# What is on by default in an organization and needs one.
OFF: Final = ("inspector", "macie", "detective", "trusted_advisor")

JUDGED: Final[tuple[Callable[[View], Iterator[Finding]], ...]] = (
    prefix.is_free,
    mail.domains_are_corporate,
    mail.addresses_are_corporate,
    regions.are_known,
    regions.include_home,
    regions.offer_every_capability,
    regions.offer_systems_manager,
    regions.have_what_security_hub_reads,
    iam.break_glass_has_somebody,
    iam.break_glass_has_a_role_of_its_own,
    network.is_private_and_large_enough,
    network.central_ranges_fit,
    network.do_not_overlap,
    network.leave_by_name_only,
    network.take_what_is_asked_of_them,
    network.are_offered,
    network_groups.open_what_tiers_let_pass,
    network_groups.reach_groups_that_exist,
    notifications.channels_are_one_thing,
    notifications.paging_has_what_it_needs,
    notifications.are_offered,
    retention.outlasts_the_lock,
    log_archive.trail_has_few_selectors,
    log_archive.insights_have_their_events,
    config_rules.are_known,
    config_rules.are_repaired_safely,
    config_rules.have_a_recorder,
    guardduty.suppressions_end,
    guardduty.suppressions_are_narrow,
    guardduty.lists_hold_what_guardduty_takes,
    guardduty.findings_can_be_exported,
    guardduty.are_in_use,
    billing.tell_something,
    billing.are_deployed_where_they_exist,
    account_settings.are_no_weaker_than_named,
    account_settings.log_sessions_to_one_place,
    detection.are_offered,
    detection.acceptances_are_current,
    detection.acceptances_say_what,
    security_hub.acceptances_say_what_is_found,
    security_hub.rules_are_in_use,
    security_hub.everything_is_told,
    lists.hold_each_value_once,
)

# What the sections share with an organization and an account alone cannot have.
NEEDS_AN_ORGANIZATION: Final[Mapping[Path, str]] = {
    ("notifications", "routes"): "routes lead to the accounts of teams",
    ("notifications", "team_tag"): "it is a tag of an account in AWS Organizations",
    ("notifications", "owner_tag"): "its value names a route",
    ("billing", "account_dollars"): "monthly_dollars is the budget of this account",
    ("log_archive", "load_balancer_accounts"): "this account's load balancers may log",
    ("log_archive", "replication"): "the copies lie in another account of the organization",
    ("network", "ipam"): "the pool is shared by an organization",
    ("break_glass", "federated_roles"): "they stand in the management account",
}


def run(value: object) -> list[Finding]:
    """Give the findings of all checks about the values of a standalone configuration."""
    alone = View(value)
    as_organization = View(_with_roles(value))
    found = [_at_home(each) for check in JUDGED for each in check(as_organization)]
    found += [*_has_only_what_one_account_has(alone), *_is_offered(alone)]
    # A list of the account is met once in each of its roles.
    return list(dict.fromkeys(found))


def is_sound(view: View) -> Iterator[Finding]:
    """The account that an organization took over is described as it was alone."""
    kept = view.get(SECTION)
    if isinstance(kept, Mapping):
        for each in run(kept):
            yield Finding(
                (*SECTION, *each.path),
                each.message,
                rests_on=tuple((*SECTION, *path) for path in each.rests_on),
            )


def became_a_member(view: View) -> Iterator[Finding]:
    """The account that was alone is a member now, under the same names and Regions."""
    identity = view.get((*SECTION, "account", "id"))
    if identity is None:
        return
    members = {str(view.get((*account, "id"))) for account in view.accounts()}
    workloads = {str(view.get(("members", name, "id"))) for name in view.keys("members")}
    place: Path = (*SECTION, "account", "id")
    if str(identity) not in members:
        yield Finding(
            place,
            f"{show(str(identity))} is no account of this file; add it to members with its id",
        )
    elif str(identity) not in workloads:
        yield Finding(
            place,
            f"{show(str(identity))} is a core account; an account that was alone holds workloads and becomes a member",
        )
    yield from _stands_under_the_same_names(view)


def _stands_under_the_same_names(view: View) -> Iterator[Finding]:
    before = view.text(*SECTION, "prefix") or "secbase"
    after = view.text("prefix") or "secbase"
    if before != after:
        yield Finding(
            ("prefix",) if view.text("prefix") else (*SECTION, "prefix"),
            f"{show(after)} is not the prefix {show(before)} of standalone; guardrails protect the logs by it: keep {show(before)}",
        )
    governed = [name for _, name in view.items("regions")]
    for place, name in view.items(*SECTION, "regions"):
        if governed and name not in governed:
            yield Finding(
                place,
                f"{show(name)} is not in regions [{listed(governed)}]; guardrails would deny it: add it there",
                rests_on=REGIONS,
            )


def _has_only_what_one_account_has(view: View) -> Iterator[Finding]:
    for path, reason in NEEDS_AN_ORGANIZATION.items():
        if view.get(path):
            yield Finding(path, f"needs an organization: {reason}; remove this key")
    if view.text("network", "inspection", "form") == "central":
        yield Finding(
            ("network", "inspection", "form"),
            "'central' shares a transit gateway with an organization; a standalone account inspects in its own VPC",
        )
    for name in view.keys("capabilities", "security_hub", "accepted"):
        accounts: Path = ("capabilities", "security_hub", "accepted", name, "accounts")
        if view.get(accounts):
            yield Finding(accounts, "needs an organization: there is one account; remove this key")


def _is_offered(view: View) -> Iterator[Finding]:
    """CloudFormation has in each Region what takes the place of an organization's policies."""
    for place, lacking in unoffered(view, ALONE):
        yield Finding(
            place,
            f"{lacking}, which an account without an organization needs; leave the Region out",
        )


def _with_roles(value: object) -> object:
    """Give the values as an organization has them, the account in the role that checks read."""
    if not isinstance(value, Mapping):
        return value
    account = value.get("account")
    domains = account.get("email_domains") if isinstance(account, Mapping) else None
    off = {name: {"enabled": False} for name in OFF}
    capabilities = value.get("capabilities")
    given = capabilities if isinstance(capabilities, Mapping) else {}
    return {
        **value,
        "network": value.get("network") or {},
        "organization": {"email_domains": domains},
        "accounts": {"security": account},
        "capabilities": {**given, **off},
        "patching": {"enabled": False},
    }


def _at_home(finding: Finding) -> Finding:
    """Give a finding its place in the file of the account."""
    return replace(
        finding,
        path=_home_of(finding.path),
        rests_on=tuple(_home_of(path) for path in finding.rests_on),
    )


def _home_of(path: Path) -> Path:
    for role, home in ((DOMAINS, ("account", "email_domains")), (ROLE, ("account",))):
        if path[: len(role)] == role:
            return (*home, *path[len(role) :])
    return path
