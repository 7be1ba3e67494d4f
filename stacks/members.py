"""The StackSets that bring the baseline into every member account."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.event_patterns import GLOBAL_REGION
from baseline.endpoint.package import Package
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
from stacks.member_choices import endpoint_package, global_choices, regional_choices
from stacks.member_endpoint import MemberEndpointStack
from stacks.member_global import MemberGlobalStack
from stacks.member_regional import MemberRegionalStack
from stacks.member_sign_in import MemberSignInStack

GLOBAL = "member-global"
REGIONAL = "member-regional"
SIGN_IN = "member-sign-in"
ENDPOINT = "member-endpoint"


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
        ServiceManagedStackSet(
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

        self._endpoint(configuration, names, roles)

    def _endpoint(
        self, configuration: Configuration, names: Names, roles: ServiceManagedStackSet
    ) -> None:
        package = endpoint_package(configuration.endpoint)
        if package is None:
            return
        ServiceManagedStackSet(
            self,
            "Endpoint",
            name=f"{names.prefix}-{ENDPOINT}",
            description="Security baseline: endpoint agent of every account",
            template=self._render_endpoint(package, configuration, names),
            target_ids=[configuration.organization.root_id],
            regions=configuration.regions,
            after=[roles],
        )

    def _render_endpoint(
        self, package: Package, configuration: Configuration, names: Names
    ) -> dict[str, object]:
        def build(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberEndpointStack(
                app,
                id,
                names=names,
                package=package,
                settings=configuration.endpoint,
                synthesizer=synthesizer,
            )

        return render(self, {ENDPOINT: build})[ENDPOINT]

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

        return render(self, {GLOBAL: roles, REGIONAL: regional, SIGN_IN: sign_in})
