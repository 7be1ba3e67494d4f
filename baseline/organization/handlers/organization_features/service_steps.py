"""The steps that go through the APIs of the services themselves; they work as the others do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from apicalls import Api, RefusedError
from desired import Desired, RegionalAdministrator
from organization_steps import is_administrator, services_with_access


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How a service is asked who administers it, and told.

    Attributes:
        client: name of the boto3 client.
        listing: operation that lists administrators.
        entries: key of the list in its answer.
        account: key of the account in an entry.
        status: key of the status in an entry.
        enabling: operation that names an administrator.
        argument: its parameter with the account.
        more: further parameters of both.
    """

    client: str
    listing: str = "list_organization_admin_accounts"
    entries: str = "AdminAccounts"
    account: str = "AccountId"
    status: str = "Status"
    enabling: str = "enable_organization_admin_account"
    argument: str = "AdminAccountId"
    more: dict[str, str] = field(default_factory=dict)


CALLS = {
    "detective": Calls(client="detective", entries="Administrators", argument="AccountId"),
    "guardduty": Calls(client="guardduty", account="AdminAccountId", status="AdminStatus"),
    "inspector2": Calls(
        client="inspector2",
        listing="list_delegated_admin_accounts",
        entries="delegatedAdminAccounts",
        account="accountId",
        status="status",
        enabling="enable_delegated_admin_account",
        argument="delegatedAdminAccountId",
    ),
    "macie2": Calls(
        client="macie2",
        entries="adminAccounts",
        account="accountId",
        status="status",
        argument="adminAccountId",
    ),
    "securityhub": Calls(client="securityhub"),
    "securityhubv2": Calls(client="securityhub", more={"Feature": "SecurityHubV2"}),
}
ENABLE_ROOT_FEATURE = {
    "RootCredentialsManagement": "enable_organizations_root_credentials_management",
    "RootSessions": "enable_organizations_root_sessions",
}
DISABLE_ROOT_FEATURE = {
    "RootCredentialsManagement": "disable_organizations_root_credentials_management",
    "RootSessions": "disable_organizations_root_sessions",
}
# How services call an administrator that is on its way out.
LEAVING = ("DISABLE_IN_PROGRESS", "DISABLING_IN_PROGRESS")
# GuardDuty's organization policy passes the management account over while it lacks these roles
# (Source: Amazon GuardDuty User Guide, "GuardDuty organization policies", considerations). Access
# Analyzer reads the organization with its role there; the delegated administrator cannot make it.
MANAGEMENT_ROLES = (
    "access-analyzer.amazonaws.com",
    "guardduty.amazonaws.com",
    "malware-protection.guardduty.amazonaws.com",
)
# The role that AWS's incident responders look with: the management account gets it from nobody else
# (Source: AWS Security Incident Response User Guide, "Using service-linked roles").
ACCESS_ROLES = {"security-ir.amazonaws.com": "triage.security-ir.amazonaws.com"}
# So do the policies of the new Security Hub (Source: AWS Organizations User Guide, "Getting started
# with Security Hub policies").
POLICY_ROLES = {"securityhubv2": "securityhubv2.amazonaws.com"}
LAKE = "securitylake.amazonaws.com"
# Trusted access has just been given and is not visible to IAM at once.
NOT_VISIBLE_YET = ("ServiceAccessNotEnabled",)


def ram_sharing(desired: Desired, api: Api) -> Iterator[str]:
    """Let AWS RAM share inside the organization."""
    if not desired.ram_sharing or "ram.amazonaws.com" in services_with_access(api):
        return
    answer = api.call("ram", "enable_sharing_with_aws_organization") or {}
    if not answer.get("returnValue"):
        raise RefusedError("ram:EnableSharingWithAwsOrganization answered that it did not succeed")
    yield "resource sharing with the organization"


def stack_sets_access(desired: Desired, api: Api) -> Iterator[str]:
    """Let CloudFormation deploy service-managed StackSets."""
    if not desired.stack_sets_access:
        return
    answer = api.call("cloudformation", "describe_organizations_access") or {}
    if answer.get("Status") != "ENABLED":
        api.call("cloudformation", "activate_organizations_access")
        yield "StackSets access to the organization"


def regional_administrators(desired: Desired, api: Api) -> Iterator[str]:
    """Name the administrators of services that want it in each Region."""
    for wanted in desired.regional:
        for region in wanted.regions:
            if not _is_enabled(wanted, region, api) and _enable(wanted, region, api):
                yield f"{wanted.service} administrator {wanted.account} in {region}"


def _is_enabled(wanted: RegionalAdministrator, region: str, api: Api) -> bool:
    calls = CALLS[wanted.service]
    found = api.entries(calls.client, calls.listing, calls.entries, region=region, **calls.more)
    for entry in found:
        if entry.get(calls.status) in LEAVING:
            raise RefusedError(
                f"{wanted.service} in {region} is still removing its administrator "
                f"{entry[calls.account]}: deploy again when that is done, so that "
                f"{wanted.account} can follow"
            )
    registered = [entry[calls.account] for entry in found]
    return is_administrator(wanted.account, registered, f"{wanted.service} in {region}")


def _enable(wanted: RegionalAdministrator, region: str, api: Api) -> bool:
    calls = CALLS[wanted.service]
    parameters = {calls.argument: wanted.account, **calls.more}
    try:
        api.call(calls.client, calls.enabling, region=region, **parameters)
    except RefusedError as refused:
        # The services have one error code for everything: look whether it is so already, or who
        # else was named in the meantime.
        if api.becomes_visible(partial(_is_enabled, wanted, region, api)):
            return refused.unanswered
        raise
    return True


def data_lake_administrator(desired: Desired, api: Api) -> Iterator[str]:
    """Name the administrator of Security Lake, which has one for all Regions."""
    wanted = desired.data_lake_administrator
    if not wanted or _administers_lake(wanted, api):
        return
    try:
        api.call("securitylake", "register_data_lake_delegated_administrator", accountId=wanted)
    except RefusedError as refused:
        # Security Lake has one error code for every conflict: look who was named in the meantime.
        if not api.becomes_visible(partial(_administers_lake, wanted, api)):
            raise
        if not refused.unanswered:
            return
    yield f"securitylake administrator {wanted}"


def _administers_lake(account: str, api: Api) -> bool:
    # Security Lake cannot be asked; Organizations knows.
    found = api.entries(
        "organizations",
        "list_delegated_administrators",
        "DelegatedAdministrators",
        ServicePrincipal=LAKE,
    )
    return is_administrator(account, [entry["Id"] for entry in found], LAKE)


def backup_settings(desired: Desired, api: Api) -> Iterator[str]:
    """Let AWS Backup copy across accounts, and ask approval teams, where that is wanted."""
    if not desired.backup_settings:
        return
    answer = api.call("backup", "describe_global_settings") or {}
    found = answer.get("GlobalSettings", {})
    off = [name for name in desired.backup_settings if found.get(name) != "true"]
    if off:
        # Only what is named is written; other settings stay as they are.
        api.call("backup", "update_global_settings", GlobalSettings=dict.fromkeys(off, "true"))
    for name in off:
        yield f"AWS Backup {name}"


def management_hubs(desired: Desired, api: Api) -> Iterator[str]:
    """Enable Security Hub in the management account, which no administrator can do for it.

    While it is off there, the configuration policy cannot take effect on the root as a whole. The
    policy names the standards, so none is switched on here.
    """
    for wanted in desired.regional:
        if wanted.service != "securityhub":
            continue
        for region in wanted.regions:
            if not _has_hub(region, api) and _enable_hub(region, api):
                yield f"Security Hub of the management account in {region}"


def _has_hub(region: str, api: Api) -> bool:
    off = ("InvalidAccess", "ResourceNotFound")
    return api.call("securityhub", "describe_hub", region=region, accept=off) is not None


def _enable_hub(region: str, api: Api) -> bool:
    answer = api.call(
        "securityhub",
        "enable_security_hub",
        region=region,
        accept=("ResourceConflict",),
        EnableDefaultStandards=False,
        ControlFindingGenerator="SECURITY_CONTROL",
    )
    return answer is not None


def management_roles(desired: Desired, api: Api) -> Iterator[str]:
    """Make the service-linked roles that the management account gets from nobody else."""
    wanted = [principal for principal in MANAGEMENT_ROLES if principal in desired.trusted_access]
    wanted += [ACCESS_ROLES[each] for each in desired.trusted_access if each in ACCESS_ROLES]
    wanted += [POLICY_ROLES[row.service] for row in desired.regional if row.service in POLICY_ROLES]
    for principal in wanted:
        if _has_service_role(principal, api):
            continue
        # InvalidInput: the service has made its role in the meantime.
        answer = api.call(
            "iam", "create_service_linked_role", accept=("InvalidInput",), AWSServiceName=principal
        )
        if answer is not None:
            yield f"service-linked role of {principal}"


def _has_service_role(principal: str, api: Api) -> bool:
    answer = api.call("iam", "list_roles", PathPrefix=f"/aws-service-role/{principal}/") or {}
    return bool(answer.get("Roles"))


def root_features(desired: Desired, api: Api) -> Iterator[str]:
    """Turn on central management of root users."""
    if not desired.root_features:
        return
    on = _root_features(api)
    for feature in desired.root_features:
        if feature not in on:
            api.call("iam", ENABLE_ROOT_FEATURE[feature], wait_for=NOT_VISIBLE_YET)
            yield f"root feature {feature}"


def revert_root_features(desired: Desired, api: Api) -> Iterator[str]:
    """Turn the configured root features off again."""
    # Without trusted access none is on, and nothing is to come: no reason to wait.
    answer = api.call("iam", "list_organizations_features", accept=NOT_VISIBLE_YET) or {}
    on = answer.get("EnabledFeatures", [])
    for feature in desired.root_features:
        if feature in on:
            api.call("iam", DISABLE_ROOT_FEATURE[feature])
            yield f"root feature {feature} off"


def _root_features(api: Api) -> list[str]:
    answer = api.call("iam", "list_organizations_features", wait_for=NOT_VISIBLE_YET) or {}
    return list(answer.get("EnabledFeatures", []))
