"""The StackSets that bring the baseline into every member account."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.event_patterns import GLOBAL_REGION
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
from stacks.member_backup import MemberBackupStack
from stacks.member_choices import backup_choices, global_choices, regional_choices
from stacks.member_global import MemberGlobalStack
from stacks.member_patching import MemberPatchingStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack

GLOBAL = "member-global"
REGIONAL = "member-regional"
SIGN_IN = "member-sign-in"
BACKUP = "member-backup"
PATCHING = "member-patching"


class MembersStack(cdk.Stack):
    """Roles once per account, recorder and event forwarding once per account and Region."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        configuration: Configuration,
        names: Names,
        env: cdk.Environment,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: StackSets for every member account",
            env=env,
        )
        templates = self._render(configuration, names)
        roles = ServiceManagedStackSet(
            self,
            "Global",
            name=f"{names.prefix}-{GLOBAL}",
            description="Security baseline: roles of every account",
            template=templates[GLOBAL],
            target_ids=[configuration.organization.root_id],
            regions=[configuration.home_region],
            capabilities=["CAPABILITY_NAMED_IAM"],
        )
        regional = ServiceManagedStackSet(
            self,
            "Regional",
            name=f"{names.prefix}-{REGIONAL}",
            description="Security baseline: recorder and event forwarding of every account",
            template=templates[REGIONAL],
            target_ids=[configuration.organization.root_id],
            regions=configuration.regions,
            after=[roles],
        )
        if GLOBAL_REGION not in configuration.regions:
            ServiceManagedStackSet(
                self,
                "SignIn",
                name=f"{names.prefix}-{SIGN_IN}",
                description="Security baseline: root sign-ins and calls of global services",
                template=templates[SIGN_IN],
                target_ids=[configuration.organization.root_id],
                regions=[GLOBAL_REGION],
                after=[roles],
            )
        if configuration.patching.enabled:
            self._patch(configuration, names, templates[PATCHING], roles)

    def _patch(
        self,
        configuration: Configuration,
        names: Names,
        template: dict[str, object],
        roles: ServiceManagedStackSet,
    ) -> None:
        ServiceManagedStackSet(
            self,
            "Patching",
            name=f"{names.prefix}-{PATCHING}",
            description="Security baseline: patches of every account's machines",
            template=template,
            target_ids=[configuration.organization.root_id],
            regions=configuration.regions,
            after=[roles],
        )

        if BACKUP in templates:
            self._back_up(configuration, names, templates[BACKUP], after=[roles, regional])

    def _back_up(
        self,
        configuration: Configuration,
        names: Names,
        template: dict[str, object],
        *,
        after: list[ServiceManagedStackSet],
    ) -> None:
        ServiceManagedStackSet(
            self,
            "Backup",
            name=f"{names.prefix}-{BACKUP}",
            description="Security baseline: vaults of the backups of every account",
            template=template,
            target_ids=[configuration.organization.root_id],
            regions=configuration.regions,
            # Restore tests name the role, and the audit framework evaluates with the recorder.
            after=after,
        )

    def _render(self, configuration: Configuration, names: Names) -> dict[str, dict[str, object]]:
        break_glass = configuration.break_glass

        def roles(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberGlobalStack(
                app,
                id,
                names=names,
                synthesizer=synthesizer,
                **global_choices(configuration),
            )

        def regional(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberRegionalStack(
                app,
                id,
                names=names,
                synthesizer=synthesizer,
                **regional_choices(configuration),
            )

        def sign_in(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberSignInStack(
                app, id, names=names, break_glass=break_glass, synthesizer=synthesizer
            )

        def backup(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberBackupStack(
                app, id, names=names, synthesizer=synthesizer, **backup_choices(configuration)
            )

        bodies = {GLOBAL: roles, REGIONAL: regional, SIGN_IN: sign_in}
        if configuration.capabilities.backup is not None:
            bodies[BACKUP] = backup

        def patching(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberPatchingStack(
                app, id, names=names, settings=configuration.patching, synthesizer=synthesizer
            )

        if configuration.patching.enabled:
            bodies[PATCHING] = patching
        return render(self, bodies)
