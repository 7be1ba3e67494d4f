"""Which stacks one account without an organization gets, and which it keeps when it joins one.

The stacks of an organization serve it, each with the account in the role that it asks for. Their
number grows with the account's Regions: there is nobody who could deploy StackSets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import aws_cdk as cdk

from baseline.config import Names, Standalone
from baseline.config.expansion import expanded
from baseline.detection.event_patterns import SIGN_IN_REGIONS
from baseline.primitives.protection_tag import mark_protected
from stacks.audit import AuditStack
from stacks.billing import BillingStack
from stacks.break_glass import BreakGlassStack
from stacks.log_archive import LogArchiveStack, RegionalLogArchiveStack
from stacks.member_choices import global_choices, regional_choices
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack
from stacks.network import NetworkStack
from stacks.response import ResponseStack
from stacks.rules import RulesStack, has_rules_in
from stacks.security import SecurityStack
from stacks.security_regional import SecurityRegionalStack, tunes_guardduty
from stacks.standalone_detection import StandaloneDetectionStack
from stacks.standalone_settings import StandaloneSettingsStack
from stacks.wiring import Wiring

START = "standalone"


class KeptStacks(NamedTuple):
    """What holds data or carries workloads: it stays as it is in an organization.

    Attributes:
        logs: buckets and keys of the logs, in each governed Region.
        audit: the trail, its log group and the alarms on it.
        security: bus, topics, key and export of findings.
        exports: export of findings, in the other Regions.
        response: evidence, and the closer of open ports.
        others: budgets and the VPC, where there are any.
    """

    logs: list[cdk.Stack]
    audit: cdk.Stack
    security: SecurityStack
    exports: list[cdk.Stack]
    response: cdk.Stack
    others: list[cdk.Stack]

    @property
    def all(self) -> list[cdk.Stack]:
        """Every one of them."""
        singles = [self.audit, self.security, self.response]
        return [*self.logs, *singles, *self.exports, *self.others]


def compose_account(app: cdk.App, standalone: Standalone) -> None:
    """Create every stack of a standalone account and order them.

    Args:
        app: receives one stack per capability, and one per Region where the Region matters.
        standalone: the validated baseline.yaml.
    """
    wiring = _wiring(app, standalone)
    kept = _keep(wiring, standalone)
    detection = _detection(wiring)
    # The export asks for the detector.
    _depend([kept.security], detection)

    roles = MemberGlobalStack(
        app,
        f"{START}-members",
        names=wiring.names,
        env=wiring.env(wiring.names.management),
        **global_choices(wiring.configuration),
    )
    _depend([roles], [kept.security])
    regional = _regional(wiring)
    _depend(regional, [roles])
    # A bucket policy takes the recorder's deliveries, and rules ask for a recorder.
    _depend(_rules(wiring), regional)
    settings = StandaloneSettingsStack(app, f"{START}-settings", **_home(wiring))
    _depend([settings], [roles, kept.security])
    _depend(_ways_in(wiring), [roles])

    mark_protected(app)
    _protect(app)


def keep_account(app: cdk.App, standalone: Standalone) -> list[cdk.Stack]:
    """Create what an account that was alone keeps in the organization that it joined.

    They are the stacks of :func:`compose_account` under their old names; what the organization does
    in each of its accounts is not among them.

    Args:
        app: receives the stacks.
        standalone: the account as it was.
    """
    return _keep(_wiring(app, standalone), standalone).all


def _wiring(app: cdk.App, standalone: Standalone) -> Wiring:
    return Wiring(app=app, configuration=expanded(standalone), names=Names.of(standalone))


def _keep(wiring: Wiring, standalone: Standalone) -> KeptStacks:
    app, configuration = wiring.app, wiring.configuration
    logs: list[cdk.Stack] = [
        LogArchiveStack(app, f"{START}-log-archive", **_home(wiring)),
        *_regional_logs(wiring),
    ]
    audit = AuditStack(app, f"{START}-audit", **_home(wiring))
    security = SecurityStack(app, f"{START}-security", **_home(wiring))
    exports: list[cdk.Stack] = [
        SecurityRegionalStack(
            app,
            f"{START}-security-{region}",
            files=security.entity_files,
            **_elsewhere(wiring, region),
        )
        for region in configuration.regions
        if tunes_guardduty(configuration, region)
    ]
    response = ResponseStack(app, f"{START}-response", security=security, **_home(wiring))
    _depend([audit, security], logs)
    _depend([*exports, response], [security])
    others = _others(wiring, network=standalone.network is not None)
    _depend(others, [audit, security])
    return KeptStacks(logs, audit, security, exports, response, others)


def _others(wiring: Wiring, *, network: bool) -> list[cdk.Stack]:
    found: list[cdk.Stack] = []
    billing = wiring.configuration.billing
    if billing.tells_something():
        place = _home(wiring) | {"env": wiring.env(wiring.names.management, billing.region)}
        found.append(BillingStack(wiring.app, f"{START}-billing", **place))
    if network:
        found.append(NetworkStack(wiring.app, f"{START}-network", **_home(wiring)))
    return found


def _regional_logs(wiring: Wiring) -> list[cdk.Stack]:
    configuration = wiring.configuration
    if not configuration.log_archive.load_balancer_logs:
        return []
    return [
        RegionalLogArchiveStack(
            wiring.app,
            f"{START}-log-archive-{region}",
            region=region,
            **_elsewhere(wiring, region),
        )
        for region in configuration.regions
        if region != configuration.home_region
    ]


def _detection(wiring: Wiring) -> list[cdk.Stack]:
    home = wiring.configuration.home_region
    found: list[cdk.Stack] = [
        StandaloneDetectionStack(
            wiring.app, f"{START}-detection-{region}", **_elsewhere(wiring, region)
        )
        for region in wiring.configuration.regions
        if region != home
    ]
    first = StandaloneDetectionStack(wiring.app, f"{START}-detection-{home}", **_home(wiring))
    # Findings are collected from hubs that are there.
    _depend([first], found)
    return [*found, first]


def _regional(wiring: Wiring) -> list[cdk.Stack]:
    """Create recorder, forwarding and Systems Manager of each Region, and the sign-ins of others."""
    configuration, names = wiring.configuration, wiring.names
    governed: list[cdk.Stack] = [
        MemberRegionalStack(
            wiring.app,
            f"{START}-members-{region}",
            names=names,
            **_place(wiring, region),
            **regional_choices(configuration),
        )
        for region in configuration.regions
    ]
    sign_ins: list[cdk.Stack] = [
        MemberSignInStack(
            wiring.app,
            f"{START}-sign-in-{region}",
            names=names,
            break_glass=configuration.break_glass,
            **_place(wiring, region),
        )
        for region in SIGN_IN_REGIONS
        if region not in configuration.regions
    ]
    return [*governed, *sign_ins]


def _rules(wiring: Wiring) -> list[cdk.Stack]:
    configuration = wiring.configuration
    return [
        RulesStack(
            wiring.app,
            f"{START}-rules-{region}",
            configuration=configuration,
            names=wiring.names,
            **_place(wiring, region),
        )
        for region in configuration.regions
        if has_rules_in(configuration, region)
    ]


def _ways_in(wiring: Wiring) -> list[cdk.Stack]:
    chosen = wiring.configuration.break_glass
    if not (chosen.create and chosen.users):
        return []
    return [BreakGlassStack(wiring.app, f"{START}-break-glass", **_home(wiring))]


def _home(wiring: Wiring) -> dict[str, Any]:
    """Give the arguments that every stack in the home Region takes."""
    return {
        "configuration": wiring.configuration,
        "names": wiring.names,
        "env": wiring.env(wiring.names.management),
    }


def _elsewhere(wiring: Wiring, region: str) -> dict[str, Any]:
    """Give the arguments of a stack in another Region, which needs no bootstrap there."""
    return {
        "configuration": wiring.configuration,
        "names": wiring.names,
        **_place(wiring, region),
    }


def _place(wiring: Wiring, region: str) -> dict[str, Any]:
    account = wiring.names.management
    home = region == wiring.configuration.home_region
    return {
        "env": wiring.env(account, region),
        "synthesizer": None if home else wiring.through_home(account),
    }


def _protect(app: cdk.App) -> None:
    for child in app.node.children:
        if isinstance(child, cdk.Stack):
            child.termination_protection = True


def _depend(later: Iterable[cdk.Stack], earlier: Iterable[cdk.Stack]) -> None:
    for stack in later:
        for required in earlier:
            stack.add_stack_dependency(required)
