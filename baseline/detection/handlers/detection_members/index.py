"""One account of the membership sweep: administrator or member of each service, per Region.

No CloudFormation type sets up a service's organization: it is read and brought to what is wanted in
every governed Region, again every day. Nothing is ever switched off, and no member is removed.

Environment: ``ADMINISTRATOR`` (account that administers them), ``REGIONS`` (separated by commas),
``HOME_REGION`` and ``WANTED`` (JSON: ``macie``, ``detective`` and ``inspector``, each only where it is
on).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import boto3
import detective_steps
import inspector_steps
import macie_steps
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from service_rows import (
    FAILED,
    SKIPPED,
    THROTTLED,
    Client,
    Keeper,
    Row,
    Step,
    ThrottledError,
    code_of,
    state_of,
)

logger = logging.getLogger()
logger.setLevel(logging.INFO)

RETRIES = Config(
    retries={"mode": "standard", "max_attempts": 6}, connect_timeout=5, read_timeout=30
)
# Attempts that the state machine makes after the first one (sweep_definition.ATTEMPTS).
ATTEMPTS = 5
STEPS = {"macie": macie_steps, "detective": detective_steps, "inspector": inspector_steps}
CLIENTS = {"macie": "macie2", "detective": "detective", "inspector": "inspector2"}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Bring one account about; see ``AccountSweep`` for both documents."""
    account = event["account"]
    wanted = json.loads(os.environ["WANTED"])
    rows: list[Row] = []
    throttled: list[str] = []
    for region in os.environ["REGIONS"].split(","):
        for service, settings in wanted.items():
            keeper = Keeper(service, region, dry_run=event["dry_run"])
            for name, step in _steps(service, settings, account["id"], keeper):
                try:
                    row = step()
                except ClientError as error:
                    if code_of(error) in THROTTLED:
                        throttled.append(f"{service} {name} in {region}")
                    row = keeper.row(name, FAILED, f"{error.operation_name}: {error}")
                except BotoCoreError as error:
                    row = keeper.row(name, FAILED, str(error))
                # At once: what is throttled or killed later has said what it changed.
                logger.info(json.dumps({"account": account["id"], **row}))
                rows.append(row)
    if throttled and event.get("attempt", 0) < ATTEMPTS:
        raise ThrottledError(", ".join(throttled))
    return {"account": account, "state": state_of(rows), "rows": rows}


def _steps(service: str, settings: dict[str, Any], account: str, keeper: Keeper) -> Iterator[Step]:
    client, steps = _client(CLIENTS[service], keeper.region), STEPS[service]
    if account == os.environ["ADMINISTRATOR"]:
        yield from steps.administer(client, settings, keeper)
    elif account in settings["excluded"]:
        yield "member", partial(keeper.row, "member", SKIPPED, "excluded by configuration")
    else:
        # Macie and Detective want to hear the root address; it is looked for where it is needed.
        yield from steps.join(client, account, partial(_email, account), keeper, settings)


def _email(account: str) -> str:
    organizations = _client("organizations", os.environ["HOME_REGION"])
    return str(organizations.describe_account(AccountId=account)["Account"]["Email"])


@cache
def _client(service: str, region: str) -> Client:
    return boto3.client(service, region_name=region, config=RETRIES)
