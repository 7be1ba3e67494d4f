"""Tickets: an OpsItem of Systems Manager for each incident, with what was done about it."""

from __future__ import annotations

import json
import logging
from typing import Any

import clients
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)

State = dict[str, Any]
Client = Any  # boto3 clients have no published type

SOURCE = "Security baseline"
CATEGORY = "Security"
SEVERITIES = {"critical": "1", "high": "2"}
EXISTS = "OpsItemAlreadyExistsException"
VALUE_BYTES = 20_000
"""Limit of a value of operational data. Source: AWS Systems Manager API Reference, "CreateOpsItem"."""
DESCRIPTION_LENGTH = 2048
TITLE_LENGTH = 1024


def open_ticket(incident: State, execution: str) -> str:
    """Open the incident's ticket, or find the one that is open already; give its ID."""
    finding = incident["finding"]
    dedup = {"dedupString": incident["id"]}
    try:
        made = _ssm().create_ops_item(
            Title=f"{incident['title']}: {incident['target']['id']}"[:TITLE_LENGTH],
            Description=(
                f"{finding['title'] or finding['type']}\n\n"
                f"Account {incident['account']}, Region {incident['region']}, "
                f"{incident['target']['kind']} {incident['target']['id']}.\n"
                f"Finding {finding['type']} ({finding['id']}), first seen {incident['detected']}.\n"
                f"Runbook: {incident['playbook']}."
            )[:DESCRIPTION_LENGTH],
            Source=SOURCE,
            Category=CATEGORY,
            Severity=SEVERITIES[incident["severity"]],
            OperationalData={
                "/aws/dedup": {"Value": json.dumps(dedup), "Type": "SearchableString"},
                "incident": {"Value": incident["id"], "Type": "SearchableString"},
                "account": {"Value": incident["account"], "Type": "SearchableString"},
                "execution": {"Value": execution, "Type": "String"},
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != EXISTS:
            raise
        return str(error.response["OpsItemId"])
    return str(made["OpsItemId"])


def add_step(incident: State, step: str, result: State) -> None:
    """Write what a step did into the ticket. It never fails: the report repeats all of it."""
    said = f"{result['ended']} {result['status']}: {'; '.join(result['said']) or 'nothing to do'}"
    add(incident, f"step-{step}", said)


def add(incident: State, key: str, text: str, *, status: str | None = None) -> bool:
    """Write a line into the ticket, and tell whether it could be written.

    Args:
        incident: the incident; one without a ticket gets no line.
        key: key of the operational data; the same key is overwritten.
        text: what to write.
        status: status of the ticket; as it is by default.
    """
    if not incident.get("ticket"):
        return False
    more = {"Status": status} if status else {}
    value = text.encode()[:VALUE_BYTES].decode(errors="ignore")
    try:
        _ssm().update_ops_item(
            OpsItemId=incident["ticket"],
            OperationalData={key: {"Value": value, "Type": "String"}},
            **more,
        )
    except (BotoCoreError, ClientError):
        logger.exception("ticket %s has no %s", incident["ticket"], key)
        return False
    return True


def _ssm() -> Client:
    return clients.own("ssm")
