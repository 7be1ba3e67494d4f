"""The membership in AWS Security Incident Response: found, or created, and kept as configured."""

from __future__ import annotations

import logging
from typing import Any

logger = logging.getLogger(__name__)

Client = Any  # boto3 clients have no published type
Wanted = dict[str, Any]

ACTIVE = "Active"
CANCELLED = "Cancelled"
TRIAGE = "Triage"


class MembershipError(Exception):
    """A person has to decide about the membership."""


def keep_membership(client: Client, wanted: Wanted, *, token: str) -> dict[str, str]:
    """Give the ID of the account's membership, created if there is none.

    Args:
        client: client of the service, in the Region where cases are kept.
        wanted: ``Name``, ``Team`` (``name``, ``jobTitle``, ``email`` each) and ``Triage``.
        token: makes a repeated call create one membership only.

    Raises:
        MembershipError: somebody cancelled it; it is not bought again behind their back.
    """
    listed = [
        item
        for page in client.get_paginator("list_memberships").paginate()
        for item in page.get("items", [])
    ]
    for found in listed:
        if found["membershipStatus"] == ACTIVE:
            _update(client, found["membershipId"], wanted)
            return {"MembershipId": found["membershipId"]}
    cancelled = [each["membershipId"] for each in listed if each["membershipStatus"] == CANCELLED]
    if cancelled:
        raise MembershipError(
            f"membership {cancelled[0]} was cancelled; take the cancellation back with aws "
            f"security-ir update-membership --membership-id {cancelled[0]} "
            "--undo-membership-cancellation, or take security_incident_response out of baseline.yaml"
        )
    logger.info("no membership; creating one")
    made = client.create_membership(
        clientToken=token,
        membershipName=wanted["Name"],
        incidentResponseTeam=wanted["Team"],
        optInFeatures=_features(wanted),
        coverEntireOrganization=True,
    )
    return {"MembershipId": made["membershipId"]}


def _update(client: Client, name: str, wanted: Wanted) -> None:
    found = client.get_membership(membershipId=name)
    changes: dict[str, Any] = {}
    if found.get("membershipName") != wanted["Name"]:
        changes["membershipName"] = wanted["Name"]
    if _team(found.get("incidentResponseTeam", [])) != _team(wanted["Team"]):
        changes["incidentResponseTeam"] = wanted["Team"]
    if _on(found.get("optInFeatures", [])) != _on(_features(wanted)):
        changes["optInFeatures"] = _features(wanted)
    if changes:
        logger.info("membership %s: changing %s", name, ", ".join(sorted(changes)))
        client.update_membership(membershipId=name, **changes)


def _features(wanted: Wanted) -> list[dict[str, Any]]:
    # CloudFormation hands truth over as a word.
    return [{"featureName": TRIAGE, "isEnabled": str(wanted["Triage"]).lower() == "true"}]


def _on(features: list[dict[str, Any]]) -> set[str]:
    return {each["featureName"] for each in features if each["isEnabled"]}


def _team(team: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((each["email"], each["name"], each["jobTitle"]) for each in team)
