"""Settings of AWS Backup for the organization, which no emulator has."""

from typing import Any

from baseline.local import organization
from baseline.local.backends.registry import answers
from baseline.local.backends.state import account_wide
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_KIND = "backup-settings"
_OFF = {
    "isCrossAccountBackupEnabled": "false",
    "isDelegatedAdministratorEnabled": "false",
    "isMpaEnabled": "false",
}


@answers("backup", "DescribeGlobalSettings")
def describe_global_settings(request: ApiRequest) -> dict[str, Any]:
    """Give the settings, to every account of the organization."""
    kept = account_wide(_KIND, organization.management_of(request.account) or request.account)
    return {"GlobalSettings": {**_OFF, **kept}}


@answers("backup", "UpdateGlobalSettings")
def update_global_settings(request: ApiRequest) -> dict[str, Any]:
    """Write what is named, for the management account only; the rest stays as it is."""
    if organization.management_of(request.account) != request.account:
        raise ServiceError(
            "InvalidRequestException", "Only the management account may change global settings"
        )
    account_wide(_KIND, request.account).update(request.parameters["GlobalSettings"])
    return {}
