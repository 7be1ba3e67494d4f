"""What the OrganizationFeatures custom resource switched on, read from the services themselves."""

from collections.abc import Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT

_ADMINISTRATOR = {"guardduty": "AdminAccountId"}
_FEATURE = {"securityhubv2": {"Feature": "SecurityHubV2"}}


@reader(
    "Custom::OrganizationFeatures",
    capability="Organization features",
    covers="OrganizationId RootId TrustedAccess PolicyTypes DelegatedAdministrators"
    " RegionalAdministrators RootFeatures RamSharing StackSetsAccess Placements OnDelete"
    " BackupSettings",
)
def organization_features(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read trusted access, policy types, delegated administrators, root features and placements."""
    organizations = place("organizations")
    yield from _organization(organizations, expected)
    yield from _trusted_access(organizations, expected)
    yield from _delegations(organizations, expected)
    for wanted in expected.get("RegionalAdministrators", ()):
        yield from _regional(place, wanted)
    if expected.get("RootFeatures"):
        found = place("iam").list_organizations_features().get("EnabledFeatures", [])
        yield _contains("RootFeatures", expected["RootFeatures"], found)
    if expected.get("BackupSettings"):
        settings = place("backup").describe_global_settings()["GlobalSettings"]
        on = [name for name, value in settings.items() if value == "true"]
        yield _contains("BackupSettings", expected["BackupSettings"], on)
    if str(expected.get("StackSetsAccess")).lower() == "true":
        status = place("cloudformation").describe_organizations_access()["Status"]
        yield Check(setting="StackSetsAccess", expected="ENABLED", found=status)
    for wanted in expected.get("Placements", ()):
        parents = organizations.list_parents(ChildId=wanted["AccountId"])["Parents"]
        yield Check(
            setting=f"OU of {wanted['AccountId']}",
            expected=wanted["UnitId"],
            found=parents[0]["Id"] if parents else ABSENT,
        )


def _organization(organizations: Any, expected: Properties) -> Iterator[Check]:  # noqa: ANN401 boto3 client
    found = organizations.describe_organization()["Organization"]
    yield Check(setting="OrganizationId", expected=expected["OrganizationId"], found=found["Id"])
    roots = organizations.list_roots()["Roots"]
    yield Check(
        setting="RootId", expected=[expected["RootId"]], found=[root["Id"] for root in roots]
    )
    enabled = [
        each["Type"] for each in roots[0].get("PolicyTypes", ()) if each["Status"] == "ENABLED"
    ]
    yield _contains("PolicyTypes", expected.get("PolicyTypes", []), enabled)


def _trusted_access(organizations: Any, expected: Properties) -> Iterator[Check]:  # noqa: ANN401 boto3 client
    pages = organizations.get_paginator("list_aws_service_access_for_organization").paginate()
    enabled = [
        each["ServicePrincipal"] for page in pages for each in page["EnabledServicePrincipals"]
    ]
    yield _contains("TrustedAccess", expected.get("TrustedAccess", []), enabled)
    if str(expected.get("RamSharing")).lower() == "true":
        yield _contains("RamSharing", ["ram.amazonaws.com"], enabled)


def _delegations(organizations: Any, expected: Properties) -> Iterator[Check]:  # noqa: ANN401 boto3 client
    for wanted in expected.get("DelegatedAdministrators", ()):
        answer = organizations.list_delegated_administrators(
            ServicePrincipal=wanted["ServicePrincipal"]
        )
        yield Check(
            setting=f"administrator of {wanted['ServicePrincipal']}",
            expected=[wanted["AccountId"]],
            found=[each["Id"] for each in answer["DelegatedAdministrators"]],
        )


def _regional(place: Place, wanted: Properties) -> Iterator[Check]:
    service = wanted["Service"]
    for region in wanted["Regions"]:
        client = place.at(place.account, region)(service.removesuffix("v2"))
        if service == "inspector2":
            answer = client.list_delegated_admin_accounts()["delegatedAdminAccounts"]
            found = [each["accountId"] for each in answer]
        elif service == "macie2":
            answer = client.list_organization_admin_accounts()["adminAccounts"]
            found = [each["accountId"] for each in answer]
        elif service == "detective":
            answer = client.list_organization_admin_accounts()["Administrators"]
            found = [each["AccountId"] for each in answer]
        else:
            feature = _FEATURE.get(service, {})
            answer = client.list_organization_admin_accounts(**feature)["AdminAccounts"]
            found = [each[_ADMINISTRATOR.get(service, "AccountId")] for each in answer]
        yield Check(
            setting=f"{service} administrator in {region}",
            expected=[wanted["AccountId"]],
            found=found,
        )


def _contains(name: str, wanted: list[str], found: list[str]) -> Check:
    """Check that all that is wanted is there; more may be, because nothing is ever switched off."""
    return Check(setting=name, expected=wanted, found=[each for each in wanted if each in found])
