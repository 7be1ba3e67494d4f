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
from stacks.endpoint import endpoint
from stacks.evidence import evidence
from stacks.forensics import forensics
from stacks.game_days import game_days
from stacks.guardrails import GuardrailsStack, known_ids
from stacks.log_archive import LogArchiveStack
from stacks.management_member import ManagementMember
from stacks.members import MembersStack
from stacks.network import NetworkStack
from stacks.organization import OrganizationStack
from stacks.playbooks import playbooks
from stacks.response import ResponseStack
from stacks.security import SecurityStack
from stacks.settings import SettingsStack
from stacks.standalone import keep_account
from stacks.template_rules import template_rules
from stacks.wiring import Wiring


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
    optional = [*choices.billing(wiring), *choices.central_backups(wiring)]
    _depend([*ways_in, *optional], [organization])

    # Logs
    log_archive = LogArchiveStack(app, "log-archive", **_in(wiring, names.log_archive))
    regional_logs = choices.regional_logs(wiring)
    copies = choices.log_copies(wiring)
    _depend([log_archive, *regional_logs, *copies], [organization])
    # S3 looks for the copies' buckets when it is told to copy.
    _depend([log_archive], copies)

    # Detection and response
    audit = AuditStack(app, "audit", **_in(wiring, names.management))
    security = SecurityStack(app, "security", **_in(wiring, names.security))
    response = _respond(wiring, organization=organization, security=security)
    findings = choices.findings(wiring)
    _depend([audit, security, *findings], [log_archive])
    _depend([*choices.security_regional(wiring, security), *findings, response], [security])
    _export(wiring, organization=organization, collected=[audit, security])

    # Members
    management = _members(wiring, security=security, audit=audit)
    recorded = [management.everywhere, *management.regional]
    _depend(choices.rules(wiring), recorded)
    settings = SettingsStack(
        app, "settings", macie_key=security.macie_key, **_in(wiring, names.security)
    )
    _depend([settings, *choices.identity(wiring)], [*recorded, *management.sign_in, *ways_in])

    # Evidence
    # The jobs whose reports it takes along, and the aggregator that it asks.
    collected = evidence(wiring, response=response, settings=settings)
    _depend(collected, [security, response, settings])

    # Networks, images, edge
    _depend([NetworkStack(app, "network", **_in(wiring, names.network))], [audit, security])
    # Inspector scans before the first image is built.
    _depend(choices.images(wiring), [organization, security])
    # Security Hub is there before findings are imported.
    _depend(choices.delivery(wiring), [organization, security])
    # The administrator, the bucket of the logs, and recorders, which find the resources.
    _depend(choices.firewall_manager(wiring), [organization, log_archive, *recorded])

    # Standalone
    if configuration.standalone is not None:
        keep_account(app, configuration.standalone)

    _guard(wiring, organization=organization)

    # The archive takes the logs of its network and load balancer.
    reference = choices.workload(wiring)
    _depend(reference, [log_archive, *regional_logs, management.everywhere])

    # Experiments are a workload's, too.
    experiments = game_days(wiring)
    _depend(experiments, [response])

    mark_protected(app)
    choices.leave_unmarked([*reference, *experiments])
    for stack in _stacks(app):
        stack.termination_protection = True


def _respond(wiring: Wiring, *, organization: cdk.Stack, security: SecurityStack) -> ResponseStack:
    """Create what answers incidents, and the account of their disks, where there is one."""
    response = ResponseStack(
        wiring.app, "response", security=security, **_in(wiring, wiring.names.security)
    )
    _depend(playbooks(wiring, security=security, response=response), [security, response])
    _depend(forensics(wiring), [organization])
    return response


def _guard(wiring: Wiring, *, organization: OrganizationStack) -> None:
    """Create the guardrails: last, because they can stop everything before them."""
    guardrails = GuardrailsStack(
        wiring.app,
        "guardrails",
        unit_ids=organization.unit_ids,
        account_ids=known_ids(wiring.configuration) | organization.account_ids,
        **_in(wiring, wiring.names.management),
    )
    _depend([guardrails], [stack for stack in _stacks(wiring.app) if stack is not guardrails])


def _export(wiring: Wiring, *, organization: cdk.Stack, collected: Iterable[cdk.Stack]) -> None:
    """Create what a SIEM reads, where there is one."""
    siem = choices.siem(wiring)
    _depend(siem, collected)
    _depend(siem[1:], siem[:1])
    # The administrator, the trail and Security Hub come before the lakes that collect from them.
    lakes = choices.security_lakes(wiring)
    _depend(lakes, [organization, *collected])
    _depend(lakes[1:], lakes[:1])
    _depend(lakes[-1:], lakes[1:-1])


def _members(wiring: Wiring, *, security: cdk.Stack, audit: cdk.Stack) -> ManagementMember:
    """Create what every account gets, the management account included."""
    # Documents of the members read the agent's package when they are made, hooks the rules at once.
    agent = [*endpoint(wiring), *template_rules(wiring)]
    _depend(agent, [security])
    everywhere = MembersStack(wiring.app, "members", **_in(wiring, wiring.names.management))
    management = ManagementMember.create(wiring, everywhere=everywhere)
    _depend([everywhere, management.roles], [audit, security, *agent])
    _depend(
        [*management.regional, *management.sign_in, management.account_events], [management.roles]
    )
    _depend(management.optional, [management.roles, *management.regional, *agent])
    return management


def _stacks(app: cdk.App) -> list[cdk.Stack]:
    return [child for child in app.node.children if isinstance(child, cdk.Stack)]


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
