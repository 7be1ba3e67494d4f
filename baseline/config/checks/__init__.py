"""What has to be true of a configuration beyond the types of its values.

Each check reads the configuration through a View and gives its findings; none depends on another,
so that one run finds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from baseline.config.checks import (
    accounts,
    guardrails,
    lists,
    mail,
    network,
    prefix,
    regions,
    retention,
    units,
)
from baseline.config.finding import Finding
from baseline.config.view import View

Check = Callable[[View], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    prefix.is_free,
    accounts.have_their_own_id,
    accounts.stand_in_a_unit,
    accounts.have_their_own_name,
    accounts.are_few_enough_to_create,
    mail.domains_are_corporate,
    mail.root_addresses_are_unique,
    mail.addresses_are_corporate,
    units.are_shallow,
    units.are_few_enough,
    units.have_their_own_name,
    units.are_adopted_with_their_parents,
    units.have_their_own_id,
    regions.are_known,
    regions.include_home,
    regions.offer_every_capability,
    regions.have_what_security_hub_reads,
    guardrails.are_known,
    guardrails.of_ones_own_are_sound,
    guardrails.leave_the_management_account_alone,
    network.is_private_and_large_enough,
    network.central_ranges_fit,
    network.do_not_overlap,
    network.leave_by_name_only,
    network.take_what_is_asked_of_them,
    network.are_offered,
    retention.outlasts_the_lock,
    lists.hold_each_value_once,
)


def run(value: object) -> list[Finding]:
    """Give the findings of all checks about the values of a configuration."""
    view = View(value)
    return [finding for check in CHECKS for finding in check(view)]
