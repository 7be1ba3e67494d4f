"""The way into an account: a session of its settings role, and clients that wait when throttled."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import create_loader

Client = Any  # boto3 makes sessions and clients at run time

# Throttled calls are repeated with back-off and jitter; what is still throttled then is a later
# attempt's, which the state machine makes.
RETRIES = Config(
    retries={"mode": "standard", "max_attempts": 6}, connect_timeout=5, read_timeout=30
)
SESSION_NAME = "account-settings"
SESSION_SECONDS = 900

# Where services without Regions answer (Source: AWS General Reference, "Service endpoints").
GLOBAL_REGION = "us-east-1"
GLOBAL_SERVICES = frozenset({"account", "iam"})

THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

# The descriptions of the services take longer to read than all calls take; every account shares them.
_LOADER = create_loader()


class ThrottledError(Exception):
    """AWS throttles the account; the state machine tries it again later."""


def code_of(error: ClientError) -> str:
    """Give the error code of an answer."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_throttled(error: ClientError) -> bool:
    """Tell whether the call would pass later."""
    return code_of(error) in THROTTLED


class Account:
    """Clients of one account, made once each, with the credentials of its settings role.

    Args:
        session: a boto3 session with those credentials.
        account_id: 12 digits.
        partition: AWS partition.
        home_region: where services are called that want a Region and have none of their own.
    """

    def __init__(
        self, session: Client, *, account_id: str, partition: str, home_region: str
    ) -> None:
        self.id = account_id
        self.partition = partition
        self._home = home_region
        self._session = session
        self._clients: dict[tuple[str, str], Client] = {}

    def client(self, service: str, region: str = "") -> Client:
        """Give the client of a service: in a Region, or where the service answers without one."""
        place = region or (GLOBAL_REGION if service in GLOBAL_SERVICES else self._home)
        if (service, place) not in self._clients:
            made = self._session.client(service, region_name=place, config=RETRIES)
            self._clients[service, place] = made
        return self._clients[service, place]


def enter(account_id: str, *, role: str, partition: str, home_region: str) -> Account:
    """Assume the settings role of an account.

    Raises:
        ClientError: the role is not there yet, or does not trust this function.
    """
    sts = _session().client("sts", region_name=home_region, config=RETRIES)
    found = sts.assume_role(
        RoleArn=f"arn:{partition}:iam::{account_id}:role/{role}",
        RoleSessionName=SESSION_NAME,
        DurationSeconds=SESSION_SECONDS,
    )["Credentials"]
    session = _session(
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
    return Account(session, account_id=account_id, partition=partition, home_region=home_region)


def _session(**credentials: str) -> Client:
    core = botocore.session.Session()
    core.register_component("data_loader", _LOADER)
    return boto3.session.Session(botocore_session=core, **credentials)
