"""What has to be true of a configuration beyond the types of its values.

Each check reads the configuration through a View and gives its findings; none depends on another,
so that one run finds everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from baseline.config.checks import (
    account_settings,
    accounts,
    billing,
    control_tower,
    credentials,
    guardrails,
    iam,
    identity_center,
    lists,
    mail,
    network,
    network_groups,
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
    iam.break_glass_has_somebody,
    iam.break_glass_has_a_role_of_its_own,
    iam.deploy_roles_stand_in_core_accounts,
    iam.deploy_roles_name_one_subject,
    control_tower.is_in_use_where_it_is_described,
    control_tower.names_units,
    control_tower.has_few_controls,
    control_tower.has_policy_slots,
    control_tower.integrations_have_what_they_need,
    control_tower.does_nothing_twice,
    control_tower.accounts_stand_together,
    control_tower.backup_accounts_are_known,
    control_tower.controls_can_be_enabled,
    control_tower.regions_are_governed,
    control_tower.baselines_have_their_parameters,
    identity_center.says_which_instance,
    identity_center.stands_in_a_governed_region,
    identity_center.groups_come_from_their_source,
    identity_center.groups_have_their_own_id,
    identity_center.groups_are_known,
    identity_center.permission_sets_are_sound,
    identity_center.permission_sets_are_known,
    identity_center.permission_sets_have_their_own_name,
    identity_center.assignments_have_a_target,
    identity_center.units_are_known,
    identity_center.accounts_are_known,
    identity_center.assignments_do_not_overlap,
    identity_center.management_account_stays_apart,
    identity_center.attributes_come_from_the_source,
    network.is_private_and_large_enough,
    network.central_ranges_fit,
    network.do_not_overlap,
    network.leave_by_name_only,
    network.take_what_is_asked_of_them,
    network.are_offered,
    network_groups.open_what_tiers_let_pass,
    network_groups.reach_groups_that_exist,
    retention.outlasts_the_lock,
    billing.tell_something,
    billing.are_for_known_accounts,
    billing.are_deployed_where_they_exist,
    credentials.are_weaker_by_name_only,
    credentials.leave_time_for_a_successor,
    account_settings.are_no_weaker_than_named,
    lists.hold_each_value_once,
)


def run(value: object) -> list[Finding]:
    """Give the findings of all checks about the values of a configuration."""
    view = View(value)
    return [finding for check in CHECKS for finding in check(view)]
