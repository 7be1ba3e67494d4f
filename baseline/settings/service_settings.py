"""ServiceSettings: what Systems Manager does by default in an account and Region."""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config.systems_manager import SystemsManagerSettings
from baseline.controls.registry import implements

HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role"
DOCUMENT_SHARING = "/ssm/documents/console/public-sharing-permission"
AUTOMATION_LOGS = "/ssm/automation/customer-script-log-destination"


class ServiceSettings(Construct):
    """Instances manage themselves without credentials, documents stay private, scripts are logged.

    With Default Host Management an instance without a profile of its own gets a role from Systems
    Manager: nobody needs a key pair, a port or a stored credential to reach it. Nothing of this
    costs anything by itself. Deleting the stack leaves documents private and scripts logged.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        settings: what is on; everything by default.
        role_name: name of the role of Default Host Management, which exists in the account already.

    Attributes:
        settings: the ``CfnServiceSetting`` by setting ID.

    Source: AWS Systems Manager User Guide, "Managing EC2 instances automatically with Default Host
    Management Configuration"; Systems Manager API Reference, "UpdateServiceSetting"; Security Hub
    SSM.1, SSM.6, SSM.7.
    """

    def __init__(
        self, scope: Construct, id: str, *, settings: SystemsManagerSettings, role_name: str
    ) -> None:
        super().__init__(scope, id)
        self.settings: dict[str, ssm.CfnServiceSetting] = {}
        controls = []
        for name, setting, value, control in _wanted(settings, role_name):
            kept = ssm.CfnServiceSetting(self, name, setting_id=setting, setting_value=value)
            # Deletion sets it back to what AWS began with. Without its role, which goes as well,
            # Default Host Management would leave instances without any.
            if setting != HOST_MANAGEMENT:
                kept.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            self.settings[setting] = kept
            controls.append(control)
        implements(self, capability="systems-manager", controls=controls)


def _wanted(
    settings: SystemsManagerSettings, role_name: str
) -> Iterator[tuple[str, str, str, str]]:
    """Give construct ID, setting ID, value and Security Hub control of what is on."""
    if settings.default_host_management:
        # Path and name, without the slash that begins a path; ours has none.
        yield "HostManagement", HOST_MANAGEMENT, role_name, "SSM.1"
    if settings.block_public_documents:
        yield "DocumentSharing", DOCUMENT_SHARING, "Disable", "SSM.7"
    if settings.automation_logs:
        yield "AutomationLogs", AUTOMATION_LOGS, "CloudWatch", "SSM.6"
