"""Which stacks an organization gets, and in which waves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import aws_cdk as cdk

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.primitives.protection_tag import mark_protected
from stacks import choices
from stacks.audit import AuditStack
from stacks.guardrails import GuardrailsStack, known_ids
from stacks.log_archive import LogArchiveStack
from stacks.management_member import ManagementMember
from stacks.members import MembersStack
from stacks.network import NetworkStack
from stacks.organization import OrganizationStack
from stacks.response import ResponseStack
from stacks.security import SecurityStack
from stacks.settings import SettingsStack
from stacks.wiring import Wiring
from stacks.workload import leave_unmarked, workload


def compose(app: cdk.App, configuration: Configuration) -> None:
    """Create every stack of an organization and order them in waves.

    Args:
        app: receives one stack per core account and capability; never one per member account.
        configuration: the validated baseline.yaml.
    """
    names = Names.of(configuration)
    wiring = Wiring(app=app, configuration=configuration, names=names)

    # Organization
    organization = OrganizationStack(app, "organization", **_in(wiring, names.management))
    ways_in = choices.ways_in(wiring)
    billing = choices.billing(wiring)

    # Logs
    log_archive = LogArchiveStack(app, "log-archive", **_in(wiring, names.log_archive))
    regional_logs = choices.regional_logs(wiring)
    copies = choices.log_copies(wiring)

    # Detection and response
    audit = AuditStack(app, "audit", **_in(wiring, names.management))
    security = SecurityStack(app, "security", **_in(wiring, names.security))
    security_regional = choices.security_regional(wiring, security)
    response = ResponseStack(app, "response", security=security, **_in(wiring, names.security))
    siem = choices.siem(wiring)
    lakes = choices.security_lakes(wiring)

    # Members
    members = MembersStack(app, "members", **_in(wiring, names.management))
    management = ManagementMember.create(wiring)
    rules = choices.rules(wiring)
    network = NetworkStack(app, "network", **_in(wiring, names.network))
    settings = SettingsStack(
        app, "settings", macie_key=security.macie_key, **_in(wiring, names.security)
    )
    identity = choices.identity(wiring)
    reference = workload(wiring)

    # Guardrails come last, because they can stop everything before them.
    guardrails = GuardrailsStack(
        app,
        "guardrails",
        unit_ids=organization.unit_ids,
        account_ids=known_ids(configuration) | organization.account_ids,
        **_in(wiring, names.management),
    )

    _depend([log_archive, *regional_logs, *copies, *billing, *ways_in], [organization])
    # S3 looks for the copies' buckets when it is told to copy.
    _depend([log_archive], copies)
    _depend([audit, security], [log_archive])
    _depend([*security_regional, response], [security])
    _depend(siem, [audit, security])
    _depend(siem[1:], siem[:1])
    # The administrator, the trail and Security Hub come before the lakes that collect from them.
    _depend(lakes, [organization, audit, security])
    _depend(lakes[1:], lakes[:1])
    _depend(lakes[-1:], lakes[1:-1])
    _depend([members, management.roles, network], [audit, security])
    _depend(
        [*management.regional, *management.sign_in, management.account_events], [management.roles]
    )
    # The archive takes the logs of its network and load balancer.
    _depend(reference, [log_archive, *regional_logs, members])
    _depend(rules, [members, *management.regional])
    _depend([settings, *identity], [members, *management.regional, *management.sign_in, *ways_in])
    _depend([guardrails], [network, response, settings, management.account_events])
    _depend(
        [guardrails],
        [*billing, *identity, *regional_logs, *rules, *security_regional, *siem, *lakes],
    )
    mark_protected(app)
    leave_unmarked(reference)
    for stack in app.node.children:
        if isinstance(stack, cdk.Stack):
            stack.termination_protection = True


def _in(wiring: Wiring, account: str) -> dict[str, Any]:
    """Give the arguments that every stack in the home Region takes."""
    return {
        "configuration": wiring.configuration,
        "names": wiring.names,
        "env": wiring.env(account),
    }


def _depend(later: Iterable[cdk.Stack], earlier: Iterable[cdk.Stack]) -> None:
    for stack in later:
        for required in earlier:
            stack.add_stack_dependency(required)
