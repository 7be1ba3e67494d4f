"""The finding formatter: an event becomes a message that says where, what, and what to do.

Nothing about form stops a message: an event that cannot be read is sent as it came, an account that
cannot be looked up appears by its ID. What cannot be sent at all is an error: Lambda tries again,
then sends the event itself to the critical topic.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from finding_accounts import Account, look_up
from finding_model import Event, Finding, at, text
from finding_owners import owners
from finding_reading import RAW_LENGTH, is_sample, raw, read
from finding_routes import audiences
from finding_text import CHAT_LENGTH, chat, email, subject

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
_told: dict[str, list[str]] = {}
"""Topics that an attempt told before it failed at another one; the next attempt, which mostly finds the
same process, leaves them out."""

IMPORTED = "Security Hub Findings - Imported"


def handler(given: dict[str, Any], _context: object) -> dict[str, Any]:
    """Tell people of an event.

    Args:
        given: ``severity``, and the ``event`` as EventBridge has it.

    Returns:
        The topics that were told.

    Raises:
        RuntimeError: a topic could not be told; the others were.
    """
    severity, event = given["severity"], _event(given["event"])
    if is_sample(event):
        logger.info("a sample is not told: %s", event.get("id"))
        return {"told": []}
    finding = _read(event, severity)
    account = _account(finding.account)
    mails, chats = _audiences(severity, account, event)
    key = _key(given)
    told = _told.setdefault(key, [])
    failed: list[str] = []
    for name, write in [(name, _mail) for name in mails] + [(name, _chat) for name in chats]:
        if name in told:
            continue
        try:
            _publish(name, **write(finding, account, event))
            told.append(name)
        except (BotoCoreError, ClientError) as error:
            logger.exception("topic %s cannot be told", name)
            failed.append(f"{name}: {error}")
    if failed:
        raise RuntimeError("; ".join(failed))
    del _told[key]
    if event.get("detail-type") == IMPORTED and os.environ["SECURITY_HUB_STATUS"] == "notified":
        _mark(event, severity)
    logger.info("%s told: %s", finding.id, ", ".join(told))
    return {"told": told}


def _key(given: dict[str, Any]) -> str:
    """Give what stays the same when Lambda repeats an invocation."""
    text = json.dumps(given, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _event(given: Any) -> Event:  # noqa: ANN401 - whatever came
    return given if isinstance(given, dict) else {"detail": given}


def _read(event: Event, severity: str) -> Finding:
    try:
        return read(event, severity)
    except Exception:  # whatever is wrong with the words, the message goes out
        logger.exception("event %s cannot be read", event.get("id"))
        return raw(event, severity)


def _account(account: str) -> Account:
    return look_up(account, tags=bool(os.environ["TEAM_TAG"])) if account else Account(id="")


def _audiences(severity: str, account: Account, event: Event) -> tuple[list[str], list[str]]:
    try:
        return audiences(
            severity,
            account,
            owners=owners(event, os.environ["OWNER_TAG"]),
            routes=json.loads(os.environ["ROUTES"]),
            channels=json.loads(os.environ["CHANNELS"]),
            team_tag=os.environ["TEAM_TAG"],
        )
    except Exception:  # those who hear of the severity hear of it in any case
        logger.exception("routes cannot be read")
        return [severity], []


def _mail(finding: Finding, account: Account, event: Event) -> dict[str, str]:
    try:
        return {"Subject": subject(finding, account), "Message": email(finding, account)}
    except Exception:  # as in _read
        logger.exception("event %s cannot be written", event.get("id"))
        heading = f"{finding.severity.upper()} finding"
        return {"Subject": heading, "Message": json.dumps(event, default=str)[:RAW_LENGTH]}


def _chat(finding: Finding, account: Account, event: Event) -> dict[str, str]:
    try:
        return {"Message": chat(finding, account)}
    except Exception:  # as in _read
        logger.exception("event %s cannot be written", event.get("id"))
        heading = f"{finding.severity.upper()} finding"
        content = {"title": heading, "description": json.dumps(event, default=str)[:CHAT_LENGTH]}
        return {"Message": json.dumps({"version": "1.0", "source": "custom", "content": content})}


def _publish(name: str, **words: str) -> None:
    boto3.client("sns", config=RETRIES).publish(TopicArn=os.environ["TOPICS"] + name, **words)


def _fields(finding: Any) -> dict[str, str]:  # noqa: ANN401 - whatever came
    found = at(finding, "UserDefinedFields")
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _mark(event: Event, severity: str) -> None:
    """Say in Security Hub that the finding was told, so that its updates are not told again.

    Security Hub takes it back to NEW when the resource fails again; a severity that rises is told
    because the finding says which one was. A failure here costs a second message, no more.
    """
    finding = at(event, "detail", "findings", 0)
    which = {name: text(finding, name) for name in ("Id", "ProductArn")}
    try:
        answer = boto3.client("securityhub", config=RETRIES).batch_update_findings(
            FindingIdentifiers=[which],
            Workflow={"Status": "NOTIFIED"},
            UserDefinedFields={
                **_fields(finding),
                os.environ["TOLD_FIELD"]: severity.upper(),
            },
        )
        for left in answer.get("UnprocessedFindings", ()):
            logger.warning("not marked: %s", left)
    except (BotoCoreError, ClientError):
        logger.exception("finding cannot be marked as told")
