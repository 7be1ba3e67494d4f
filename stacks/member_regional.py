"""What every account has in each governed Region."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.config_recorder import ConfigRecorder
from baseline.config.account_settings import Recording
from baseline.config.contacts import BreakGlass
from baseline.config.names import Names
from baseline.config.systems_manager import SystemsManagerSettings
from baseline.detection.event_forwarding import EventForwarding
from baseline.detection.event_patterns import Canaries
from baseline.detection.inventory import Inventory
from baseline.detection.managed_rule import ManagedRule
from baseline.detection.open_port_rule import OpenPortRule
from baseline.detection.remediation import RepairedRule
from baseline.network.acl_rules import ADMIN_PORTS
from baseline.settings.service_settings import ServiceSettings
from baseline.settings.session_recording import SessionRecording
from stacks.member_sign_in import emergency_of

SESSION_DAYS = 365


class MemberRegionalStack(cdk.Stack):
    """Config recorder, its rule for open ports, event forwarding and Systems Manager of a Region.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        ports: Sequence[int] = ADMIN_PORTS,
        break_glass: BreakGlass | None = None,
        record_configuration: bool = True,
        forward_noncompliance: bool = False,
        forward_findings: bool = False,
        canary_users: tuple[str, ...] = (),
        systems_manager: SystemsManagerSettings | None = None,
        session_recording: Recording = "none",
        session_days: int = SESSION_DAYS,
        repaired_rules: Sequence[ManagedRule] = (),
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: recorder and event forwarding of a Region",
            env=env,
            synthesizer=synthesizer,
        )
        if record_configuration:
            recorder = ConfigRecorder(self, "Config", names=names)
            rule = OpenPortRule(self, "OpenPorts", name=names.open_port_rule, ports=ports)
            rule.node.add_dependency(recorder)
            for each in repaired_rules:
                repaired = RepairedRule(
                    self,
                    each.id,
                    rule=each,
                    prefix=names.prefix,
                    role_name=names.remediation_role,
                )
                repaired.node.add_dependency(recorder)
        EventForwarding(
            self,
            "EventForwarding",
            bus_arn=names.event_bus_arn,
            role_name=names.event_forwarding_role,
            rule_name=names.forwarding_rule,
            emergency=emergency_of(break_glass or BreakGlass(), names),
            guardduty_account=names.security,
            core_accounts=names.core_accounts,
            rule_prefix=names.prefix if forward_noncompliance else None,
            service_findings=forward_findings,
            canaries=Canaries(users=canary_users, account=names.security),
            log_account=names.log_archive,
            log_prefix=names.prefix,
        )
        # Systems Manager: instances without credentials, recorded sessions, inventory
        settings = systems_manager or SystemsManagerSettings()
        ServiceSettings(
            self, "SystemsManager", settings=settings, role_name=names.host_management_role
        )
        if settings.inventory:
            Inventory(self, "Inventory", names=names)
        if session_recording != "none":
            SessionRecording(self, "Sessions", names=names, retention_days=session_days)
