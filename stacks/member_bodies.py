"""What options put into every account and governed Region: a StackSet each, and the same for management."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import aws_cdk as cdk

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.response.playbooks.choice import chosen_families
from stacks.member_backup import MemberBackupStack
from stacks.member_choices import backup_choices, endpoint_package
from stacks.member_endpoint import MemberEndpointStack
from stacks.member_hook import MemberHookStack
from stacks.member_patching import MemberPatchingStack
from stacks.member_response import MemberResponseStack


class MemberBody(NamedTuple):
    """One option.

    Attributes:
        id: construct ID of the StackSet; in lower case part of the names.
        description: of the StackSet.
        build: builds the stack from scope, construct ID, ``env`` and ``synthesizer``.
        roles: whether it holds roles, which exist once in an account: then it stands in the home
            Region alone.
    """

    id: str
    description: str
    build: Callable[..., cdk.Stack]
    roles: bool = False

    def regions(self, configuration: Configuration) -> Sequence[str]:
        """Give the Regions in which it stands."""
        return [configuration.home_region] if self.roles else configuration.regions

    @property
    def name(self) -> str:
        """Name of the StackSet without the prefix, and of its body."""
        return f"member-{self.id.lower()}"


def member_bodies(configuration: Configuration, names: Names) -> list[MemberBody]:
    """Give the options that a configuration has switched on."""
    builders = (_patching, _backup, _endpoint, _response, _hook)
    found = (build(configuration, names) for build in builders)
    return [body for body in found if body is not None]


def _patching(configuration: Configuration, names: Names) -> MemberBody | None:
    if not configuration.patching.enabled:
        return None
    return MemberBody(
        "Patching",
        "Security baseline: patches of every account's machines",
        partial(MemberPatchingStack, names=names, settings=configuration.patching),
    )


def _backup(configuration: Configuration, names: Names) -> MemberBody | None:
    if configuration.capabilities.backup is None:
        return None
    return MemberBody(
        "Backup",
        "Security baseline: vaults of the backups of every account",
        partial(MemberBackupStack, names=names, **backup_choices(configuration)),
    )


def _endpoint(configuration: Configuration, names: Names) -> MemberBody | None:
    package = endpoint_package(configuration.endpoint)
    if package is None:
        return None
    return MemberBody(
        "Endpoint",
        "Security baseline: endpoint agent of every account",
        partial(MemberEndpointStack, names=names, package=package, settings=configuration.endpoint),
    )


def _response(configuration: Configuration, names: Names) -> MemberBody | None:
    families = chosen_families(configuration)
    if not families:
        return None
    return MemberBody(
        "Response",
        "Security baseline: incident response in every account",
        partial(
            MemberResponseStack,
            names=names,
            families=families,
            break_glass=configuration.break_glass,
        ),
        roles=True,
    )


def _hook(configuration: Configuration, names: Names) -> MemberBody | None:
    if not configuration.template_validation.enabled:
        return None
    return MemberBody(
        "Hook",
        "Security baseline: template validation of every account",
        partial(
            MemberHookStack,
            names=names,
            settings=configuration.template_validation,
            break_glass_role=configuration.break_glass.role,
        ),
    )
