"""The parameter values of the guardrails that keep strangers out: whom the organization trusts.

Source: Elastic Load Balancing User Guide, "Access logs for your Application Load Balancer": in
Regions opened before August 2022 an account of AWS writes the logs, in later ones a service.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from pydantic import JsonValue as Json

from baseline.config.forensics import forensic_account
from baseline.config.names import Names
from baseline.guardrails.facts import DATA

if TYPE_CHECKING:
    from baseline.config import Configuration


@cache
def load_balancer_accounts() -> dict[str, str]:
    """Give Region to the account of AWS that writes access logs of load balancers there."""
    document = json.loads((DATA / "load_balancer_accounts.json").read_text(encoding="utf-8"))
    accounts: dict[str, str] = document["values"]
    return accounts


def lake_outsiders(configuration: Configuration) -> tuple[str, ...]:
    """Give the accounts, none of the core accounts, that take a subscriber's role of the lake."""
    lake = configuration.siem.security_lake
    subscriber = None if lake is None else lake.subscriber
    own = {account.id for account in configuration.core_accounts().values()}
    return () if subscriber is None or subscriber.account in own else (subscriber.account,)


def perimeter_values(configuration: Configuration) -> dict[str, Json]:
    """Give the accounts outside the organization that guardrails let in."""
    trusted = list(configuration.guardrails.trusted_accounts)
    readers = [row for row in configuration.siem.outsiders() if row not in trusted]
    subscribers = [row for row in lake_outsiders(configuration) if row not in trusted]
    core = {account.id for account in configuration.core_accounts().values()}
    account = forensic_account(configuration)
    forensic = [account] if account and account not in {*core, *trusted} else []
    names = Names.of(configuration)
    known = load_balancer_accounts()
    writers = [known[region] for region in configuration.regions if region in known]
    return {
        "trusted_accounts": list[Json](trusted),
        "has_trusted_accounts": bool(trusted),
        "snapshot_accounts": list[Json]([*trusted, *forensic]),
        "has_forensic_account": bool(forensic),
        "forensic_account": forensic[0] if forensic else "none",
        "trusted_account": trusted[0] if trusted else "none",
        "load_balancer_accounts": list[Json](writers),
        "load_balancer_account": writers[0] if writers else "none",
        "last_load_balancer_account": writers[-1] if writers else "none",
        "s3_outsiders": list[Json]([*trusted, *writers]),
        "has_s3_outsiders": bool(trusted or writers),
        "siem_reader_role": names.siem_reader_role_arn,
        "has_siem_readers": bool(readers),
        "no_siem_readers": not readers and not subscribers,
        "has_outside_readers": bool(readers or subscribers),
        "has_lake_readers": bool(subscribers),
        "lake_reader_roles": names.lake_subscriber_role_pattern,
        "lake_outsiders": list[Json]([*trusted, *subscribers]),
        "reader_outsiders": list[Json]([*trusted, *readers]),
    }
