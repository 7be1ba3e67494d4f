"""Roles that every account has once."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.audit.config_role import ConfigRole
from baseline.backups.backup_role import BackupRole
from baseline.config.account_settings import Recording
from baseline.config.contacts import BreakGlass
from baseline.config.credentials import AccessKeySettings
from baseline.config.names import Names
from baseline.config.patching import Patching
from baseline.config.template_validation import TemplateValidation
from baseline.delivery.guard_hook_role import GuardHookRole
from baseline.detection.event_forwarding import EventForwardingRole
from baseline.detection.managed_rule import ManagedRule
from baseline.detection.remediation import RemediationRole
from baseline.endpoint.machine_policy import EndpointMachinePolicy
from baseline.identity.boundary import PermissionsBoundary
from baseline.identity.break_glass import BreakGlassAccess
from baseline.identity.credentials_role import CredentialsRole
from baseline.identity.host_management import HostManagementRole, SessionRecordingPolicy
from baseline.identity.mfa_group import MfaGroup
from baseline.identity.roles import AuditRole, SettingsRole
from baseline.identity.trusted_advisor_role import TrustedAdvisorRole
from baseline.patching.logs import PatchLogPolicy
from baseline.patching.report_role import PatchReportRole
from baseline.patching.window_role import PatchWindowRole
from baseline.response.responder import ResponderRole


class MemberGlobalStack(cdk.Stack):
    """Roles of the baseline, permissions boundary and emergency role of one account.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        access_keys: AccessKeySettings | None = None,
        break_glass: BreakGlass | None = None,
        mfa_group: bool = False,
        trusted_advisor: bool = True,
        host_management: bool = True,
        session_recording: Recording = "none",
        repaired_rules: Sequence[ManagedRule] = (),
        backups: bool = False,
        patching: Patching | None = None,
        endpoint_token: bool = False,
        template_validation: TemplateValidation | None = None,
        env: cdk.Environment | None = None,
        synthesizer: cdk.IStackSynthesizer | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=f"{names.prefix}-{id}",
            description="Security baseline: roles of an account",
            env=env,
            synthesizer=synthesizer,
        )
        self._trusting_security(names)
        CredentialsRole(
            self, "Credentials", names=names, settings=access_keys or AccessKeySettings()
        )
        if trusted_advisor:
            TrustedAdvisorRole(self, "TrustedAdvisor", names=names)
        ConfigRole(self, "Config", names=names)
        EventForwardingRole(
            self,
            "EventForwarding",
            role_name=names.event_forwarding_role,
            bus_arn=names.event_bus_arn,
        )
        self._emergency(names, break_glass or BreakGlass())
        if repaired_rules:
            RemediationRole(
                self,
                "Remediation",
                role_name=names.remediation_role,
                rules=repaired_rules,
            )
        if mfa_group:
            MfaGroup(self, "SecondFactor", group_name=names.mfa_group)

        # Backups
        if backups:
            BackupRole(self, "Backup", role_name=names.backup_role)

        host = self._instances(names, host_management=host_management, recording=session_recording)
        self._patches(names, patching or Patching(), host)
        if endpoint_token:
            EndpointMachinePolicy(self, "EndpointAgent", names=names, role=host)

        # Delivery
        if template_validation is not None and template_validation.enabled:
            GuardHookRole(self, "GuardHook", names=names, settings=template_validation)

    def _trusting_security(self, names: Names) -> None:
        """Create the roles that one role of the security account may assume each."""
        AuditRole(
            self,
            "Audit",
            role_name=names.audit_role,
            trusted_account=names.security,
            trusted_role=names.audit_reader_role,
            organization_id=names.organization_id,
        )
        SettingsRole(
            self,
            "Settings",
            role_name=names.settings_role,
            trusted_account=names.security,
            trusted_role=names.settings_reconciler_role,
            organization_id=names.organization_id,
        )
        ResponderRole(
            self,
            "Responder",
            role_name=names.responder_role,
            trusted_account=names.security,
            trusted_role=names.open_port_closer_role,
            organization_id=names.organization_id,
        )

    def _instances(
        self, names: Names, *, host_management: bool, recording: Recording
    ) -> iam.IRole | None:
        role = None
        if host_management:
            role = HostManagementRole(
                self, "HostManagement", role_name=names.host_management_role
            ).role
        if recording != "none":
            SessionRecordingPolicy(self, "SessionRecording", names=names, role=role)
        return role

    def _patches(self, names: Names, settings: Patching, host: iam.IRole | None) -> None:
        if not settings.enabled:
            return
        if settings.logs:
            PatchLogPolicy(self, "PatchLogs", names=names, role=host)
        if settings.install == "tagged":
            PatchWindowRole(self, "PatchWindows", names=names, settings=settings)
        if settings.report:
            PatchReportRole(self, "PatchReport", names=names)

    def _emergency(self, names: Names, break_glass: BreakGlass) -> None:
        PermissionsBoundary(
            self,
            "Boundary",
            policy_name=names.boundary,
            prefix=names.prefix,
            break_glass_role=break_glass.role,
        )
        if break_glass.create:
            BreakGlassAccess(
                self,
                "BreakGlass",
                role_name=break_glass.role,
                account=names.management,
                organization_id=names.organization_id,
                users=break_glass.users,
                federated_roles=break_glass.federated_roles,
            )
