"""The management account as a member: the StackSets' templates as ordinary stacks.

Service-managed StackSets skip the management account.
"""

from __future__ import annotations

from typing import NamedTuple

import aws_cdk as cdk

from baseline.detection.event_patterns import GLOBAL_REGION, SIGN_IN_REGIONS
from stacks.member_bodies import member_bodies
from stacks.member_choices import global_choices, regional_choices
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack
from stacks.organization_events import OrganizationEventsStack
from stacks.wiring import Wiring


class ManagementMember(NamedTuple):
    """The stacks: StackSets, and the same as stacks by what they hold.

    Attributes:
        everywhere: the StackSets of all other accounts.
        roles: roles.
        regional: each governed Region.
        sign_in: the other Regions of sign-ins.
        account_events: events of accounts.
        optional: options, in each governed Region.
    """

    everywhere: cdk.Stack
    roles: cdk.Stack
    regional: list[cdk.Stack]
    sign_in: list[cdk.Stack]
    account_events: cdk.Stack
    optional: list[cdk.Stack]

    @classmethod
    def create(cls, wiring: Wiring, *, everywhere: cdk.Stack) -> ManagementMember:
        """Create those of the management account."""
        return cls(
            everywhere=everywhere,
            roles=MemberGlobalStack(
                wiring.app,
                "members-management",
                names=wiring.names,
                env=wiring.env(wiring.names.management),
                **global_choices(wiring.configuration),
            ),
            regional=_regional(wiring),
            sign_in=_sign_in(wiring),
            account_events=OrganizationEventsStack(
                wiring.app,
                "organization-events",
                names=wiring.names,
                env=wiring.env(wiring.names.management, GLOBAL_REGION),
                synthesizer=wiring.through_home(wiring.names.management),
            ),
            optional=_optional(wiring),
        )


def _regional(wiring: Wiring) -> list[cdk.Stack]:
    return [
        MemberRegionalStack(
            wiring.app,
            f"members-management-regional-{region}",
            names=wiring.names,
            env=wiring.env(wiring.names.management, region),
            **regional_choices(wiring.configuration),
        )
        for region in wiring.configuration.regions
    ]


def _sign_in(wiring: Wiring) -> list[cdk.Stack]:
    return [
        MemberSignInStack(
            wiring.app,
            f"members-management-sign-in-{region}",
            names=wiring.names,
            break_glass=wiring.configuration.break_glass,
            canary_users=wiring.configuration.response.canary_users,
            env=wiring.env(wiring.names.management, region),
            synthesizer=wiring.through_home(wiring.names.management),
        )
        for region in SIGN_IN_REGIONS
        if region not in wiring.configuration.regions
    ]


def _optional(wiring: Wiring) -> list[cdk.Stack]:
    return [
        body.build(
            wiring.app,
            f"members-management-{body.id.lower()}" + ("" if body.roles else f"-{region}"),
            env=wiring.env(wiring.names.management, region),
            synthesizer=wiring.through_home(wiring.names.management),
        )
        for body in member_bodies(wiring.configuration, wiring.names)
        for region in body.regions(wiring.configuration)
    ]
