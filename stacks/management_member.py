"""The management account as a member: the StackSets' templates as ordinary stacks.

Service-managed StackSets skip the management account.
"""

from __future__ import annotations

from typing import NamedTuple

import aws_cdk as cdk

from baseline.detection.event_patterns import GLOBAL_REGION, SIGN_IN_REGIONS
from stacks.member_backup import MemberBackupStack
from stacks.member_choices import backup_choices, global_choices, regional_choices
from stacks.member_global import MemberGlobalStack
from stacks.member_patching import MemberPatchingStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack
from stacks.organization_events import OrganizationEventsStack
from stacks.wiring import Wiring


class ManagementMember(NamedTuple):
    """The stacks: roles, each governed Region, the other Regions of sign-ins, account events, backups."""

    roles: cdk.Stack
    regional: list[cdk.Stack]
    sign_in: list[cdk.Stack]
    account_events: cdk.Stack
    backups: list[cdk.Stack]
    patching: list[cdk.Stack]

    @classmethod
    def create(cls, wiring: Wiring) -> ManagementMember:
        """Create them."""
        return cls(
            roles=MemberGlobalStack(
                wiring.app,
                "members-management",
                names=wiring.names,
                env=wiring.env(wiring.names.management),
                **global_choices(wiring.configuration),
            ),
            regional=_regional(wiring),
            sign_in=_sign_in(wiring),
            patching=_patching(wiring),
            account_events=OrganizationEventsStack(
                wiring.app,
                "organization-events",
                names=wiring.names,
                env=wiring.env(wiring.names.management, GLOBAL_REGION),
                synthesizer=wiring.through_home(wiring.names.management),
            ),
            backups=_backups(wiring),
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


def _patching(wiring: Wiring) -> list[cdk.Stack]:
    settings = wiring.configuration.patching
    if not settings.enabled:
        return []
    return [
        MemberPatchingStack(
            wiring.app,
            f"members-management-patching-{region}",
            names=wiring.names,
            settings=settings,
            env=wiring.env(wiring.names.management, region),
            synthesizer=wiring.through_home(wiring.names.management),
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
            env=wiring.env(wiring.names.management, region),
            synthesizer=wiring.through_home(wiring.names.management),
        )
        for region in SIGN_IN_REGIONS
        if region not in wiring.configuration.regions
    ]


def _backups(wiring: Wiring) -> list[cdk.Stack]:
    if wiring.configuration.capabilities.backup is None:
        return []
    return [
        MemberBackupStack(
            wiring.app,
            f"members-management-backup-{region}",
            names=wiring.names,
            env=wiring.env(wiring.names.management, region),
            synthesizer=None
            if region == wiring.names.home_region
            else wiring.through_home(wiring.names.management),
            **backup_choices(wiring.configuration),
        )
        for region in wiring.configuration.regions
    ]
