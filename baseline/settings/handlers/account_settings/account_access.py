"""The way into an account: a session of its settings role, and clients that wait when throttled."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

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


class ThrottledError(Exception):
    """AWS throttles the account; the state machine tries it again later."""


def code_of(error: ClientError) -> str:
    """Give the error code of an answer."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_throttled(error: ClientError) -> bool:
    """Tell whether the call would pass later."""
    return code_of(error) in THROTTLED


class _Switch(Credentials):
    """Credentials that can be exchanged under the clients that use them."""

    def __init__(self) -> None:
        super().__init__("none", "none")

    def to(self, found: dict[str, str]) -> None:
        """Take the credentials that an assumed role got."""
        self.access_key = found["AccessKeyId"]
        self.secret_key = found["SecretAccessKey"]
        self.token = found["SessionToken"]


class _Clients(threading.local):
    """The clients of a thread, made once and used for one account after the other.

    Making the clients of an account takes longer than its calls. A thread serves one account at a
    time, so exchanging the credentials under its clients mixes no accounts.
    """

    def __init__(self) -> None:
        self.own = botocore.session.Session()
        self.switch = _Switch()
        self.assumed = botocore.session.Session()
        self.assumed.register_component(
            "credential_provider", SimpleNamespace(load_credentials=lambda: self.switch)
        )
        # Reading the descriptions of the services twice would be for nothing.
        self.assumed.register_component("data_loader", self.own.get_component("data_loader"))
        self._made: dict[tuple[str, str], Client] = {}

    def sts(self, region: str) -> Client:
        """Give the client that assumes roles, with the function's own credentials."""
        return self._client(self.own, "sts", region)

    def of_account(self, service: str, region: str) -> Client:
        """Give a client with the credentials of the account."""
        return self._client(self.assumed, service, region)

    def _client(self, session: Client, service: str, region: str) -> Client:
        if (service, region) not in self._made:
            made = session.create_client(service, region_name=region, config=RETRIES)
            self._made[service, region] = made
        return self._made[service, region]


_clients = _Clients()


@dataclass(frozen=True)
class Account:
    """The account whose settings role was assumed last, and its clients.

    Attributes:
        id: 12 digits.
        home_region: where services are called that want a Region and have none of their own.
    """

    id: str
    home_region: str

    def client(self, service: str, region: str = "") -> Client:
        """Give the client of a service: in a Region, or where the service answers without one."""
        place = region or (GLOBAL_REGION if service in GLOBAL_SERVICES else self.home_region)
        return _clients.of_account(service, place)


def enter(account_id: str, *, role: str, partition: str, home_region: str) -> Account:
    """Assume the settings role of an account; the account entered before is left.

    Raises:
        ClientError: the role is not there yet, or does not trust this function.
    """
    found = _clients.sts(home_region).assume_role(
        RoleArn=f"arn:{partition}:iam::{account_id}:role/{role}",
        RoleSessionName=SESSION_NAME,
        DurationSeconds=SESSION_SECONDS,
    )
    _clients.switch.to(found["Credentials"])
    return Account(account_id, home_region)
