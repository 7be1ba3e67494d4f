"""The StackSets that bring the baseline into every member account."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.event_patterns import GLOBAL_REGION
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
from stacks.member_bodies import MemberBody, member_bodies
from stacks.member_choices import global_choices, regional_choices
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack

GLOBAL = "member-global"
REGIONAL = "member-regional"
SIGN_IN = "member-sign-in"


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
        bodies = member_bodies(configuration, names)
        templates = self._render(configuration, names, bodies)
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
        for body in bodies:
            ServiceManagedStackSet(
                self,
                body.id,
                name=f"{names.prefix}-{body.name}",
                description=body.description,
                template=templates[body.name],
                target_ids=[configuration.organization.root_id],
                regions=body.regions(configuration),
                capabilities=["CAPABILITY_NAMED_IAM"] if body.roles else [],
                # Their roles stand in the first, and the recorder in the second.
                after=[roles, regional],
            )

    def _render(
        self, configuration: Configuration, names: Names, bodies: Sequence[MemberBody]
    ) -> dict[str, dict[str, object]]:
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
                app,
                id,
                names=names,
                break_glass=break_glass,
                canary_users=configuration.response.canary_users,
                synthesizer=synthesizer,
            )

        builders = {GLOBAL: roles, REGIONAL: regional, SIGN_IN: sign_in}
        for body in bodies:
            builders[body.name] = partial(_built, body)
        return render(self, builders)


def _built(
    body: MemberBody, app: Construct, id: str, synthesizer: cdk.IStackSynthesizer
) -> cdk.Stack:
    return body.build(app, id, synthesizer=synthesizer)
