"""What a removal may do: which accounts are asked about, and what an approval covers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

ACCOUNT_ID = re.compile(r"\d{12}")
MOST_ACCOUNTS = 100
"""Accounts of one approval: more, nobody reads; and the message has to fit into an e-mail."""


class InputError(Exception):
    """The input of the execution is not what the state machine takes."""


class ApprovalError(Exception):
    """The approval does not say who approves, or names what was not asked for."""


def parse(given: Mapping[str, Any], *, management: str, may_remove: bool) -> dict[str, Any]:
    """Read the input ``{"accounts": [...], "dry_run": bool}``; a dry run unless it says otherwise.

    Raises:
        InputError: no accounts, too many, one that is none, or a removal that is configured off.
    """
    dry_run = given.get("dry_run", True)
    if not isinstance(dry_run, bool):
        raise InputError(f"dry_run is {dry_run!r}; give true or false")
    if not dry_run and not may_remove:
        raise InputError(
            "dry_run is false, but credentials.root.mode is report; deploy the mode remove first"
        )
    return {"accounts": _accounts(given.get("accounts"), management), "dry_run": dry_run}


def _accounts(given: object, management: str) -> list[str]:
    if not isinstance(given, list) or not given:
        raise InputError(f"accounts is {given!r}; give a list of account IDs")
    for account in given:
        if not isinstance(account, str) or not ACCOUNT_ID.fullmatch(account):
            raise InputError(f"account {account!r} is no account ID; give 12 digits in quotes")
        if account == management:
            raise InputError(
                f"{account} is the management account, whose root credentials no session removes; "
                "see docs/runbooks/management-root.md"
            )
    wanted = sorted(set(given))
    if len(wanted) > MOST_ACCOUNTS:
        raise InputError(f"{len(wanted)} accounts; give at most {MOST_ACCOUNTS} at once")
    return wanted


def candidates_of_report(report: Mapping[str, Any]) -> list[str]:
    """Give the accounts in which a sweep's report found root credentials."""
    found = [
        each["account"]["id"]
        for each in report["accounts"]
        if any(
            row["setting"] == "root-credentials" and row["state"] == "would_change"
            for row in each["rows"]
        )
    ]
    return sorted(found)[:MOST_ACCOUNTS]


def approved(answer: object, candidates: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Match an approval ``{"approver": "...", "accounts": [...]}`` with what was asked.

    Raises:
        ApprovalError: nobody is named, no account is named, or one that was not asked about.
    """
    if not isinstance(answer, dict):
        raise ApprovalError("the approval is no JSON object")
    approver, accounts = answer.get("approver"), answer.get("accounts")
    if not isinstance(approver, str) or not approver.strip():
        raise ApprovalError("the approval names no approver")
    if not isinstance(accounts, list) or not accounts:
        raise ApprovalError("the approval names no accounts")
    known = {candidate["account"]: candidate for candidate in candidates}
    for account in accounts:
        if account not in known:
            raise ApprovalError(f"the approval names {account!r}, which was not asked about")
    return {
        "approver": approver.strip(),
        "accounts": [known[account] for account in sorted(set(accounts))],
    }


def question(
    candidates: Sequence[Mapping[str, Any]], *, token: str, region: str, execution: str, hours: str
) -> str:
    """Give the message that asks for an approval."""
    listed = "\n".join(
        f"  {found['account']} {found['name']} ({found['email']}): {found['sentence']}"
        for found in candidates
    )
    accounts = ", ".join(f'"{found["account"]}"' for found in candidates)
    common = f"--region {region} --task-token '{token}'"
    return (
        f"Root credentials are to be removed (execution {execution}):\n{listed}\n\n"
        f"Without an answer within {hours} hours nothing is removed. Leave out accounts that are "
        "to keep theirs.\n\nTo approve:\n\n"
        f"aws stepfunctions send-task-success {common} "
        f'--task-output \'{{"approver": "YOUR NAME", "accounts": [{accounts}]}}\'\n\n'
        "To refuse:\n\n"
        f"aws stepfunctions send-task-failure {common} "
        "--error Refused --cause 'YOUR NAME: reason'\n\n"
        "What each of them means: docs/runbooks/root-credentials.md\n"
    )
