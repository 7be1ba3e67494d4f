"""Writes a finding for people: an e-mail, and a notification for a chat channel.

Source: Amazon SNS API Reference, "Publish" (subject and size); Amazon Q Developer in chat
applications Administrator Guide, "Custom notifications".
"""

from __future__ import annotations

import json

from finding_accounts import Account
from finding_model import Finding

SUBJECT_LENGTH = 100
MESSAGE_BYTES = 60_000
"""Far below the 262,144 bytes of a message: nobody reads more."""
DESCRIPTION_LENGTH = 6_200
CHAT_LENGTH = 2_500
TITLE_LENGTH = 250


def subject(finding: Finding, account: Account) -> str:
    """Give the subject: ASCII, one line, at most 100 characters, a letter first."""
    words = f"{finding.severity.upper()} {account.name or finding.account}: {finding.title}"
    plain = "".join(one if " " <= one <= "~" else " " for one in words)
    short = " ".join(plain.split())
    return short if len(short) <= SUBJECT_LENGTH else short[: SUBJECT_LENGTH - 3] + "..."


def email(finding: Finding, account: Account) -> str:
    """Give the text of the e-mail."""
    facts = {
        "Account": where(finding, account),
        "Region": finding.region,
        "Found by": finding.found_by,
        **finding.facts,
    }
    width = max(map(len, facts)) + 1
    lines = [
        f"{finding.severity.upper()}: {finding.title}",
        "",
        *(f"{label + ':':<{width}} {value}" for label, value in facts.items() if value),
        *(("", _short(finding.description, DESCRIPTION_LENGTH)) if finding.description else ()),
        "",
        f"What to do: {finding.remedy}",
        *((f"Guide: {finding.guide}",) if finding.guide else ()),
        f"Open: {finding.link}",
        "",
        f"ID: {finding.id}",
        *((f"To end these messages: {finding.ends}",) if finding.ends else ()),
    ]
    return _fitting("\n".join(lines))


def chat(finding: Finding, account: Account) -> str:
    """Give the notification for a chat channel; other forms of text it would not show."""
    title = f"{finding.severity.upper()} {account.name or finding.account}: {finding.title}"
    facts = [
        f"*Account* {where(finding, account)}",
        f"*Region* {finding.region}",
        f"*Found by* {finding.found_by}",
        *(f"*{label}* {value}" for label, value in finding.facts.items() if value),
    ]
    links = [f"Open {finding.link}", *((f"Guide {finding.guide}",) if finding.guide else ())]
    body = "\n".join([*facts, *(("", finding.description) if finding.description else ())])
    return json.dumps(
        {
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": _short(title, TITLE_LENGTH),
                "description": _short(body, CHAT_LENGTH),
                "nextSteps": [finding.remedy, *links],
                "keywords": [finding.severity, account.name or finding.account],
            },
            # Updates of a finding follow each other in one thread.
            "metadata": {"threadId": finding.id[-200:], "summary": _short(title, TITLE_LENGTH)},
        }
    )


def where(finding: Finding, account: Account) -> str:
    """Give name, ID and unit of the account."""
    if not account.name:
        return finding.account
    unit = f", {account.unit}" if account.unit else ""
    return f"{account.name} ({finding.account}{unit})"


def _short(words: str, length: int) -> str:
    return words if len(words) <= length else words[: length - 3] + "..."


def _fitting(words: str) -> str:
    encoded = words.encode()
    if len(encoded) <= MESSAGE_BYTES:
        return words
    return encoded[:MESSAGE_BYTES].decode(errors="ignore") + "..."
