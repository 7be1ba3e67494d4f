"""Roles that every account has once."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from baseline.audit.config_role import ConfigRole
from baseline.config.credentials import AccessKeySettings
from baseline.config.names import Names
from baseline.detection.event_forwarding import EventForwardingRole
from baseline.identity.credentials_role import CredentialsRole
from baseline.identity.roles import AuditRole, SettingsRole


class MemberGlobalStack(cdk.Stack):
    """Audit, settings, credentials, Config recorder and event forwarding role of one account.

    The same class is the template of a StackSet and an ordinary stack of the management account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        access_keys: AccessKeySettings,
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
        CredentialsRole(self, "Credentials", names=names, settings=access_keys)
        ConfigRole(self, "Config", names=names)
        EventForwardingRole(
            self,
            "EventForwarding",
            role_name=names.event_forwarding_role,
            bus_arn=names.event_bus_arn,
        )
