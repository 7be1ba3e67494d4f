"""What the OrganizationFeatures functions may do: each action with the narrowest scope it takes.

Which resources and condition keys an action takes is in the Service Authorization Reference; where
it takes none, the Region or the service principal narrows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import aws_iam as iam

from baseline.config import Names
from baseline.config.edge import GLOBAL_REGION
from baseline.organization.feature_set import FeatureSet

# Enabling RAM sharing and StackSets access gives these trusted access in the caller's name.
CALLED_THROUGH = {
    "ram_sharing": "ram.amazonaws.com",
    "stack_sets_access": "member.org.stacksets.cloudformation.amazonaws.com",
}
# Services make the role they work with in the management account, in the caller's name.
STACK_SETS_ROLE_SERVICE = "stacksets.cloudformation.amazonaws.com"
# Enabled in the management account as well: there is one hub in an account and Region, its own.
OWN_SERVICE = {"securityhub": ("securityhub:DescribeHub", "securityhub:EnableSecurityHub")}
# Service whose administrator is named Region by Region, to its actions' prefix.
ACTIONS_OF = {"securityhubv2": "securityhub"}
# The same, to its service principal, where that is another name.
PRINCIPAL_OF = {"macie2": "macie"}
ADMINISTRATOR_ACTIONS = {
    # The action has another name than the operation ListOrganizationAdminAccounts.
    "detective": ("EnableOrganizationAdminAccount", "ListOrganizationAdminAccount"),
    "inspector2": ("EnableDelegatedAdminAccount", "ListDelegatedAdminAccounts"),
}
LAKE = "securitylake.amazonaws.com"
FIREWALLS = "fms.amazonaws.com"
COMMON_ACTIONS = ("EnableOrganizationAdminAccount", "ListOrganizationAdminAccounts")
# The function makes this role: AWS's incident responders look at the management account with it.
ACCESS_ROLES = {"security-ir.amazonaws.com": "triage.security-ir.amazonaws.com"}
# Roles that a service makes in the management account besides its own, in the caller's name.
FURTHER_ROLES = {
    "inspector2": ("agentless.inspector2.amazonaws.com",),
    "securityhubv2": ("securityhubv2.amazonaws.com",),
}


def statements(
    features: FeatureSet, names: Names, placed: Iterable[str], *, revert_on_delete: bool
) -> list[iam.PolicyStatement]:
    """Give the statements that a set of features needs, and no other.

    Args:
        features: what is switched on.
        names: partition and management account.
        placed: IDs of the accounts that may be moved.
        revert_on_delete: root features may be switched off.
    """
    accounts = {admin.account_id for admin in features.delegated_administrators}
    accounts |= {admin.account_id for admin in features.regional_administrators}
    if features.data_lake_administrator:
        accounts.add(features.data_lake_administrator)
    if features.firewall_administrator:
        accounts.add(features.firewall_administrator)
    placed = sorted(placed)
    groups = [
        _reads(names, features),
        _trusted_access(names, features),
        _policy_types(names, features),
        _delegation(names, features, sorted(accounts)),
        _placement(names, features, placed),
        _regional(features),
        _data_lake(features),
        _backup(features),
        _firewalls(features),
        _root(features, revert_on_delete=revert_on_delete),
        _sharing(features),
    ]
    return [statement for group in groups for statement in group]


def wildcard_reasons(features: FeatureSet, names: Names) -> dict[str, str]:
    """Give, for each wildcard in the statements, why it stands there (cdk-nag finding to reason).

    ``Resource::*`` is acknowledged by HandlerFunction; here it stands for actions without resource
    types: reads, and writes that the service principal, the Region or the account itself narrows.
    """
    accounts, units, _ = tree_arns(names, features)
    return {
        f"AwsSolutions-IAM5[Resource::{accounts}]": (
            "reads only: whoever places accounts looks at any account of this organization"
        ),
        f"AwsSolutions-IAM5[Resource::{units}]": (
            "an account is moved out of whichever unit the previous configuration put it in; the "
            "accounts that may be moved are named"
        ),
        f"AwsSolutions-IAM5[Resource::{service_role_arns(names)}]": (
            "services choose the names of their roles; iam:AWSServiceName names the services"
        ),
    }


def principals_of(features: FeatureSet) -> list[str]:
    """Give every service principal that gets trusted access, directly or by a service's call."""
    through = [principal for field, principal in CALLED_THROUGH.items() if getattr(features, field)]
    return sorted({*features.trusted_access, *through})


def _reads(names: Names, features: FeatureSet) -> list[iam.PolicyStatement]:
    return [
        _allow(
            "ReadOrganization",
            [
                "organizations:DescribeOrganization",
                "organizations:ListAWSServiceAccessForOrganization",
                "organizations:ListAccounts",
                "organizations:ListDelegatedAdministrators",
                "organizations:ListRoots",
            ],
            ["*"],
        ),
        # GuardDuty, Security Hub and IAM look at the tree in the caller's name when they are asked
        # to take an administrator or a feature (their guides, "Permissions required").
        _allow(
            "ReadTree",
            [
                "organizations:DescribeAccount",
                "organizations:DescribeOrganizationalUnit",
                "organizations:ListAccountsForParent",
                "organizations:ListParents",
            ],
            tree_arns(names, features),
        ),
    ]


def tree_arns(names: Names, features: FeatureSet) -> list[str]:
    """Give the ARN patterns of all accounts and units of the organization, and of its root."""
    organization = features.organization_id
    return [
        _arn(names, f"account/{organization}/*"),
        _arn(names, f"ou/{organization}/*"),
        _arn(names, f"root/{organization}/{features.root_id}"),
    ]


def _trusted_access(names: Names, features: FeatureSet) -> list[iam.PolicyStatement]:
    principals = principals_of(features)
    makers = [*principals, STACK_SETS_ROLE_SERVICE] if features.stack_sets_access else principals
    makers = [*makers, *(ACCESS_ROLES[each] for each in principals if each in ACCESS_ROLES)]
    for admin in features.regional_administrators:
        makers = [*makers, *FURTHER_ROLES.get(admin.service, ())]
    return [
        _allow(
            "GiveTrustedAccess",
            ["organizations:EnableAWSServiceAccess"],
            ["*"],
            {"StringEquals": {"organizations:ServicePrincipal": principals}},
        ),
        _allow(
            "MakeServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            [service_role_arns(names)],
            {"StringEquals": {"iam:AWSServiceName": sorted(makers)}},
        ),
        # Takes no resource; what is there already is not made again.
        _allow("FindServiceLinkedRoles", ["iam:ListRoles"], ["*"]),
    ]


def service_role_arns(names: Names) -> str:
    """Give the ARN pattern of service-linked roles: their names are the services' to choose."""
    return f"arn:{names.partition}:iam::{names.management}:role/aws-service-role/*"


def _policy_types(names: Names, features: FeatureSet) -> list[iam.PolicyStatement]:
    return [
        _allow(
            "EnablePolicyTypes",
            ["organizations:EnablePolicyType"],
            [_arn(names, f"root/{features.organization_id}/{features.root_id}")],
            {"StringEquals": {"organizations:PolicyType": list(features.policy_types)}},
        )
    ]


def _delegation(
    names: Names, features: FeatureSet, accounts: Sequence[str]
) -> list[iam.PolicyStatement]:
    if not accounts:
        return []
    through = [
        f"{PRINCIPAL_OF.get(admin.service, ACTIONS_OF.get(admin.service, admin.service))}"
        ".amazonaws.com"
        for admin in features.regional_administrators
    ]
    direct = [admin.service_principal for admin in features.delegated_administrators]
    if features.data_lake_administrator:
        direct.append(LAKE)
    if features.firewall_administrator:
        direct.append(FIREWALLS)
    return [
        _allow(
            "RegisterAdministrators",
            ["organizations:RegisterDelegatedAdministrator"],
            [_arn(names, f"account/{features.organization_id}/{account}") for account in accounts],
            {"StringEquals": {"organizations:ServicePrincipal": sorted({*direct, *through})}},
        )
    ]


def _placement(
    names: Names, features: FeatureSet, placed: Sequence[str]
) -> list[iam.PolicyStatement]:
    if not placed:
        return []
    organization = features.organization_id
    return [
        _allow(
            "MoveCoreAccounts",
            ["organizations:MoveAccount"],
            [
                *(_arn(names, f"account/{organization}/{account}") for account in placed),
                _arn(names, f"ou/{organization}/*"),
                _arn(names, f"root/{organization}/{features.root_id}"),
            ],
        )
    ]


def _regional(features: FeatureSet) -> list[iam.PolicyStatement]:
    return [
        _allow(
            f"Name{admin.service.capitalize()}Administrator",
            [
                *(
                    f"{ACTIONS_OF.get(admin.service, admin.service)}:{name}"
                    for name in ADMINISTRATOR_ACTIONS.get(admin.service, COMMON_ACTIONS)
                ),
                *OWN_SERVICE.get(admin.service, ()),
            ],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": list(admin.regions)}},
        )
        for admin in features.regional_administrators
    ]


def _data_lake(features: FeatureSet) -> list[iam.PolicyStatement]:
    """Give what naming Security Lake's administrator takes; the action knows no resource."""
    account = features.data_lake_administrator
    if not account:
        return []
    actions = [
        "organizations:ListDelegatedServicesForAccount",
        "securitylake:RegisterDataLakeDelegatedAdministrator",
    ]
    return [_allow("NameDataLakeAdministrator", actions, ["*"])]


def _backup(features: FeatureSet) -> list[iam.PolicyStatement]:
    """Give what AWS Backup's settings of the organization take; the actions know no resource."""
    if not features.backup_settings:
        return []
    actions = ["backup:DescribeGlobalSettings", "backup:UpdateGlobalSettings"]
    return [_allow("SetUpBackups", actions, ["*"])]


def _firewalls(features: FeatureSet) -> list[iam.PolicyStatement]:
    """Give what naming Firewall Manager's administrator takes; the actions know no resource."""
    if not features.firewall_administrator:
        return []
    return [
        _allow(
            "NameFirewallAdministrator",
            ["fms:AssociateAdminAccount", "fms:GetAdminAccount"],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": GLOBAL_REGION}},
        )
    ]


def _root(features: FeatureSet, *, revert_on_delete: bool) -> list[iam.PolicyStatement]:
    if not features.root_features:
        return []
    verbs = ["Enable", "Disable"] if revert_on_delete else ["Enable"]
    objects = {
        "RootCredentialsManagement": "OrganizationsRootCredentialsManagement",
        "RootSessions": "OrganizationsRootSessions",
    }
    writes = [
        f"iam:{verb}{objects[feature]}" for verb in verbs for feature in features.root_features
    ]
    return [_allow("ManageRootUsers", ["iam:ListOrganizationsFeatures", *writes], ["*"])]


def _sharing(features: FeatureSet) -> list[iam.PolicyStatement]:
    shared = []
    if features.ram_sharing:
        shared.append(_allow("ShareResources", ["ram:EnableSharingWithAwsOrganization"], ["*"]))
    if features.stack_sets_access:
        actions = ["ActivateOrganizationsAccess", "DescribeOrganizationsAccess"]
        shared.append(
            _allow("AllowStackSets", [f"cloudformation:{action}" for action in actions], ["*"])
        )
    return shared


def _arn(names: Names, resource: str) -> str:
    return f"arn:{names.partition}:organizations::{names.management}:{resource}"


def _allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Mapping[str, Mapping[str, object]] | None = None,
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=list(resources),
        conditions={operator: dict(block) for operator, block in (conditions or {}).items()},
    )
