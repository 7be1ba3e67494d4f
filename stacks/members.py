"""The StackSets that bring the baseline into every member account."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.config import Configuration
from baseline.config.names import Names
from baseline.detection.event_patterns import GLOBAL_REGION
from baseline.detection.rule_choice import members_tell_of_rules, repaired_rules_of
from baseline.organization.member_template import render
from baseline.organization.stack_set import ServiceManagedStackSet
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

    def _render(self, configuration: Configuration, names: Names) -> dict[str, dict[str, object]]:
        break_glass = configuration.break_glass

        def roles(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberGlobalStack(
                app,
                id,
                names=names,
                access_keys=configuration.credentials.access_keys,
                break_glass=break_glass,
                mfa_group=configuration.iam.mfa_group,
                trusted_advisor=configuration.capabilities.trusted_advisor.enabled,
                host_management=configuration.systems_manager.default_host_management,
                session_recording=configuration.account_settings.session_manager.recording,
                repaired_rules=repaired_rules_of(configuration),
                synthesizer=synthesizer,
            )

        def regional(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberRegionalStack(
                app,
                id,
                names=names,
                ports=configuration.response.open_ports.ports,
                break_glass=break_glass,
                record_configuration=configuration.capabilities.config.enabled,
                forward_noncompliance=members_tell_of_rules(configuration),
                systems_manager=configuration.systems_manager,
                session_recording=configuration.account_settings.session_manager.recording,
                session_days=configuration.log_archive.log_group_retention_days,
                repaired_rules=repaired_rules_of(configuration),
                synthesizer=synthesizer,
            )

        def sign_in(app: Construct, id: str, synthesizer: cdk.IStackSynthesizer) -> cdk.Stack:
            return MemberSignInStack(
                app, id, names=names, break_glass=break_glass, synthesizer=synthesizer
            )

        return render(self, {GLOBAL: roles, REGIONAL: regional, SIGN_IN: sign_in})
