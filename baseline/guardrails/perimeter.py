"""The parameter values of the guardrails that keep strangers out: whom the organization trusts.

Source: Elastic Load Balancing User Guide, "Access logs for your Application Load Balancer": in
Regions opened before August 2022 an account of AWS writes the logs, in later ones a service.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from pydantic import JsonValue as Json

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


def perimeter_values(configuration: Configuration) -> dict[str, Json]:
    """Give the accounts outside the organization that guardrails let in."""
    trusted = list(configuration.guardrails.trusted_accounts)
    readers = [row for row in configuration.siem.outsiders() if row not in trusted]
    known = load_balancer_accounts()
    writers = [known[region] for region in configuration.regions if region in known]
    return {
        "trusted_accounts": list[Json](trusted),
        "has_trusted_accounts": bool(trusted),
        "trusted_account": trusted[0] if trusted else "none",
        "load_balancer_accounts": list[Json](writers),
        "load_balancer_account": writers[0] if writers else "none",
        "last_load_balancer_account": writers[-1] if writers else "none",
        "s3_outsiders": list[Json]([*trusted, *writers]),
        "has_s3_outsiders": bool(trusted or writers),
        "siem_reader_role": Names.of(configuration).siem_reader_role_arn,
        "has_siem_readers": bool(readers),
        "no_siem_readers": not readers,
        "reader_outsiders": list[Json]([*trusted, *readers]),
    }
