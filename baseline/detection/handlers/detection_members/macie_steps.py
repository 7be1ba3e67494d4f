"""Amazon Macie: what its administrator has in a Region, and how an account becomes a member.

Source: Amazon Macie User Guide, "Managing multiple accounts with AWS Organizations".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from service_rows import IN_PROGRESS, SKIPPED, UNCHANGED, Client, Keeper, Row, Step, code_of

Wanted = dict[str, Any]

# What Macie answers while it is not enabled in the account.
OFF = "AccessDeniedException"
NOT_ENABLED = "not enabled"
MEMBER = "Enabled"
PAUSED = "Paused"
# The account itself has to come back first.
AWAY = {"AccountSuspended": "the account is suspended", "RegionDisabled": "the Region is disabled"}


def administer(macie: Client, wanted: Wanted, keeper: Keeper) -> Iterator[Step]:
    """Keep Macie on, for new accounts too, with discovery, export and publication."""
    yield "session", partial(_session, macie, wanted, keeper)
    if keeper.dry_run and not _is_on(macie):
        return  # nothing else can be read yet
    yield "new-accounts", partial(_new_accounts, macie, keeper)
    if wanted["discovery"]:
        yield "automated-discovery", partial(_discovery, macie, keeper)
        yield "inspection", partial(_inspection, macie, wanted["name_prefix"], keeper)
    yield "export", partial(_export, macie, wanted["export"], keeper)
    if wanted["security_hub"]:
        yield "publication", partial(_publication, macie, keeper)


def join(
    macie: Client, account: str, email: Callable[[], str], keeper: Keeper, _wanted: Wanted
) -> Iterator[Step]:
    """Make an account a member; one that somebody suspended is switched on again."""
    yield "member", partial(_join, macie, account, email, keeper)


def _join(macie: Client, account: str, email: Callable[[], str], keeper: Keeper) -> Row:
    status = _membership(macie, account)
    if status in AWAY:
        return keeper.row("member", SKIPPED, AWAY[status])
    if status == PAUSED:
        write = partial(macie.update_member_session, id=account, status="ENABLED")
    else:
        write = partial(_create, macie, account, email)
    return keeper.keep("member", before=status, after=MEMBER, write=write)


def _create(macie: Client, account: str, email: Callable[[], str]) -> None:
    macie.create_member(account={"accountId": account, "email": email()})


def _membership(macie: Client, account: str) -> str | None:
    try:
        return str(macie.get_member(id=account)["relationshipStatus"])
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise


def _status(macie: Client) -> dict[str, str] | None:
    try:
        found = macie.get_macie_session()
    except ClientError as error:
        if code_of(error) == OFF and NOT_ENABLED in str(error).lower():
            return None
        raise
    return {"status": found["status"], "frequency": found["findingPublishingFrequency"]}


def _is_on(macie: Client) -> bool:
    try:
        return _status(macie) is not None
    except (BotoCoreError, ClientError):
        return False  # the step of the session says why


def _session(macie: Client, wanted: Wanted, keeper: Keeper) -> Row:
    after = {"status": "ENABLED", "frequency": wanted["frequency"]}
    before = _status(macie)
    change = macie.enable_macie if before is None else macie.update_macie_session
    settings = {"status": "ENABLED", "findingPublishingFrequency": wanted["frequency"]}
    return keeper.keep("session", before=before, after=after, write=partial(change, **settings))


def _new_accounts(macie: Client, keeper: Keeper) -> Row:
    found = macie.describe_organization_configuration()
    return keeper.keep(
        "new-accounts",
        before=found["autoEnable"],
        after=True,
        write=partial(macie.update_organization_configuration, autoEnable=True),
    )


def _discovery(macie: Client, keeper: Keeper) -> Row:
    found = macie.get_automated_discovery_configuration()
    after = {"status": "ENABLED", "autoEnableOrganizationMembers": "ALL"}
    return keeper.keep(
        "automated-discovery",
        before={key: found.get(key) for key in after},
        after=after,
        write=partial(macie.update_automated_discovery_configuration, **after),
    )


def _inspection(macie: Client, prefix: str, keeper: Keeper) -> Row:
    """Let the discovery use the identifiers and lists of the baseline, beside those of others."""
    ours = {
        "customDataIdentifierIds": _named(macie, "list_custom_data_identifiers", "items", prefix),
        "allowListIds": _named(macie, "list_allow_lists", "allowLists", prefix),
    }
    if not any(ours.values()):
        return keeper.row("inspection", UNCHANGED)
    template = macie.get_automated_discovery_configuration().get("sensitivityInspectionTemplateId")
    if template is None:
        return keeper.row("inspection", IN_PROGRESS, "the discovery has no template yet")
    found = macie.get_sensitivity_inspection_template(id=template)
    includes = found.get("includes") or {}
    before = {key: sorted(includes.get(key) or []) for key in ours}
    after = {key: sorted({*before[key], *ours[key]}) for key in ours}
    return keeper.keep(
        "inspection",
        before=before,
        after=after,
        write=partial(
            macie.update_sensitivity_inspection_template,
            id=template,
            description=found.get("description") or "",
            excludes=found.get("excludes") or {},
            includes={**includes, **after},
        ),
    )


def _named(macie: Client, operation: str, key: str, prefix: str) -> list[str]:
    return [
        item["id"]
        for page in macie.get_paginator(operation).paginate()
        for item in page[key]
        if item["name"].startswith(prefix)
    ]


def _export(macie: Client, destination: dict[str, str], keeper: Keeper) -> Row:
    found = macie.get_classification_export_configuration().get("configuration") or {}
    before = found.get("s3Destination") or {}
    after = {**destination, "keyPrefix": keeper.region}
    return keeper.keep(
        "export",
        before={key: before.get(key) for key in after},
        after=after,
        write=partial(
            macie.put_classification_export_configuration, configuration={"s3Destination": after}
        ),
    )


def _publication(macie: Client, keeper: Keeper) -> Row:
    found = macie.get_findings_publication_configuration().get("securityHubConfiguration") or {}
    after = {"publishClassificationFindings": True, "publishPolicyFindings": True}
    return keeper.keep(
        "publication",
        before={key: found.get(key) for key in after},
        after=after,
        write=partial(macie.put_findings_publication_configuration, securityHubConfiguration=after),
    )
