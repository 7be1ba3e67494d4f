"""The steps that go through the Organizations API.

A step reads the state, writes the difference, and yields a line after each write, so that what has
been done is known even if the next write fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apicalls import Api, RefusedError
from desired import Delegation, Desired, Placement


def check_organization(desired: Desired, api: Api) -> None:
    """Refuse to work in any organization but the configured one, or without all features.

    Raises:
        RefusedError: the account belongs to no or another organization, or that has another root.
    """
    answer = api.call("organizations", "describe_organization") or {}
    found = answer.get("Organization", {})
    if found.get("Id") != desired.organization:
        raise RefusedError(
            f"this account belongs to organization {found.get('Id')}, the configuration names "
            f"{desired.organization}: deploy with credentials of its management account"
        )
    if found.get("FeatureSet") != "ALL":
        raise RefusedError(
            f"organization {desired.organization} has the feature set {found.get('FeatureSet')}: "
            "enable all features first (Organizations console, Settings)"
        )
    if desired.root not in (roots := [root["Id"] for root in _roots(api)]):
        raise RefusedError(f"the root of the organization is {roots}, configured: {desired.root}")


def trusted_access(desired: Desired, api: Api) -> Iterator[str]:
    """Let the services work in all accounts."""
    on = services_with_access(api)
    for principal in desired.trusted_access:
        if principal not in on:
            api.call("organizations", "enable_aws_service_access", ServicePrincipal=principal)
            yield f"trusted access {principal}"


def services_with_access(api: Api) -> set[str]:
    """Give the service principals that have trusted access."""
    key = "EnabledServicePrincipals"
    enabled = api.entries("organizations", "list_aws_service_access_for_organization", key)
    return {entry["ServicePrincipal"] for entry in enabled}


def policy_types(desired: Desired, api: Api) -> Iterator[str]:
    """Ask for the policy types that the root neither has nor is about to get."""
    status = _policy_type_status(desired, api)
    for wanted in desired.policy_types:
        if status.get(wanted) in ("ENABLED", "PENDING_ENABLE"):
            continue
        answer = api.call(
            "organizations",
            "enable_policy_type",
            accept=("PolicyTypeAlreadyEnabled",),
            RootId=desired.root,
            PolicyType=wanted,
        )
        if answer is not None:
            yield f"policy type {wanted}"


def pending_policy_types(desired: Desired, api: Api) -> list[str]:
    """Give the policy types that are not in force yet: enabling one is asynchronous."""
    status = _policy_type_status(desired, api)
    return [wanted for wanted in desired.policy_types if status.get(wanted) != "ENABLED"]


def _policy_type_status(desired: Desired, api: Api) -> dict[str, str]:
    root = next(root for root in _roots(api) if root["Id"] == desired.root)
    return {entry["Type"]: entry["Status"] for entry in root.get("PolicyTypes", [])}


def _roots(api: Api) -> list[dict[str, Any]]:
    return api.entries("organizations", "list_roots", "Roots")


def delegations(desired: Desired, api: Api) -> Iterator[str]:
    """Register the delegated administrators that the Organizations API registers."""
    for wanted in desired.delegations:
        if _is_delegated(wanted, api):
            continue
        answer = api.call(
            "organizations",
            "register_delegated_administrator",
            accept=("AccountAlreadyRegistered",),
            AccountId=wanted.account,
            ServicePrincipal=wanted.principal,
        )
        if answer is not None:
            yield f"delegated administrator {wanted.account} for {wanted.principal}"


def _is_delegated(wanted: Delegation, api: Api) -> bool:
    found = api.entries(
        "organizations",
        "list_delegated_administrators",
        "DelegatedAdministrators",
        ServicePrincipal=wanted.principal,
    )
    return is_administrator(wanted.account, [entry["Id"] for entry in found], wanted.principal)


def is_administrator(account: str, registered: list[str], what: str) -> bool:
    """Tell whether the account administers it already.

    Raises:
        RefusedError: another account does; taking it away from that one can delete its data, so
            a person has to decide.
    """
    if registered and account not in registered:
        raise RefusedError(
            f"{what} is administered by account {', '.join(registered)}, the configuration wants "
            f"{account}: deregister {registered[0]} by hand, or configure it as that account"
        )
    return account in registered


def placements(desired: Desired, api: Api) -> Iterator[str]:
    """Move the accounts into their units."""
    for placement in desired.placements:
        source = source_of(placement, _parent_of(placement, api), root=desired.root)
        if source is None:
            continue
        answer = api.call(
            "organizations",
            "move_account",
            accept=("DuplicateAccount",),
            AccountId=placement.account,
            SourceParentId=source,
            DestinationParentId=placement.unit,
        )
        if answer is not None:
            yield f"account {placement.account} from {source} to {placement.unit}"


def source_of(placement: Placement, current: str, *, root: str) -> str | None:
    """Give where to move the account from; None when it is in its place.

    Raises:
        RefusedError: it stands in a unit that no configuration of ours put it in.
    """
    if current == placement.unit:
        return None
    if current == root or current in placement.previous:
        return current
    raise RefusedError(
        f"account {placement.account} stands in {current}, the configuration wants it in "
        f"{placement.unit}: move it by hand, or configure the unit where it stands"
    )


def _parent_of(placement: Placement, api: Api) -> str:
    gone = ("ChildNotFound", "AccountNotFound")
    answer = api.call("organizations", "list_parents", accept=gone, ChildId=placement.account)
    if not answer or not answer["Parents"]:
        raise RefusedError(
            f"account {placement.account} is not in the organization: create or invite it first"
        )
    return str(answer["Parents"][0]["Id"])
