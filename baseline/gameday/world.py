"""World: the AWS that a game day acts on, the embedded one or a real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import boto3
from botocore.config import Config

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.local.access import Access

LOOPBACK = ("localhost", "127.0.0.1")
API_CALL = "AWS API Call via CloudTrail"
CANARY = "canary"
BREAK_GLASS = "break-glass"


class World(Protocol):
    """Clients of any account, and what services tell of calls."""

    @property
    def embedded(self) -> bool:
        """Whether it is the embedded AWS, in which nobody is paged."""

    @property
    def poll_seconds(self) -> float:
        """Seconds between two looks."""

    def client(self, service: str, account: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a boto3 client of an account and Region."""

    def client_as(self, whom: str, service: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a boto3 client with the credentials of the canary or of a break-glass user."""

    def recorded(self, account: str, region: str, detail: Mapping[str, object]) -> None:
        """Let CloudTrail deliver a call; in AWS it does so by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedWorld:
    """The embedded AWS on this machine: an account's ID is its access key.

    Attributes:
        access: the way in.
        users: access key by whom it belongs to.
    """

    access: Access
    users: Mapping[str, str] = field(default_factory=dict)
    embedded: bool = True
    poll_seconds: float = 0.2

    @classmethod
    def at(cls, endpoint: str, configuration: Configuration) -> EmbeddedWorld:
        """Give the one that answers at an address of this machine.

        Raises:
            BaselineError: the address is not one of this machine.
        """
        parts = urlsplit(endpoint)
        if parts.hostname not in LOOPBACK or parts.port is None:
            raise BaselineError(
                f"{endpoint} is no address of the embedded AWS; write http://localhost:PORT, or "
                "--real for an account of AWS"
            )
        names = Names.of(configuration)
        users = {}
        if configuration.response.canary_users:
            users[CANARY] = f"USER{names.security}{configuration.response.canary_users[0]}"
        if configuration.break_glass.users:
            users[BREAK_GLASS] = f"USER{names.management}{configuration.break_glass.users[0]}"
        access = Access(parts.port, management=names.management, region=names.home_region)
        return cls(access=access, users=users)

    def client(self, service: str, account: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a client of the account's administrator."""
        client = self.access.client(service, account, region)
        if service == "s3control":
            client.meta.events.register("before-sign.s3-control", _without_account_in_host)
        return client

    def client_as(self, whom: str, service: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a client with the user's key."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.access.endpoint,
            aws_access_key_id=self.users[whom],
            aws_secret_access_key="local",  # noqa: S106 - the embedded AWS checks no secret
            config=Config(proxies={}, inject_host_prefix=False),
        )

    def recorded(self, account: str, region: str, detail: Mapping[str, object]) -> None:
        """Put the event on the account's bus, as CloudTrail does in AWS."""
        source = str(detail["eventSource"]).partition(".")[0]
        body = {
            "account": account,
            "region": region,
            "source": f"aws.{source}",
            "detail_type": API_CALL,
            "detail": {
                "eventType": "AwsApiCall",
                "awsRegion": region,
                "recipientAccountId": account,
                **detail,
            },
        }
        self.access.page("/_baseline/events", body)


def _without_account_in_host(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore
    """Take the account out of the name of the host, which no resolver knows on this machine."""
    parts = urlsplit(request.url)
    host = f"localhost:{parts.port}"
    request.url = urlunsplit(parts._replace(netloc=host))


@dataclass(frozen=True, kw_only=True, slots=True)
class RealWorld:
    """Accounts of AWS, each with a profile of the AWS configuration, or the default credentials.

    Attributes:
        profiles: profile by account ID, and by ``canary`` and ``break-glass``.
    """

    profiles: Mapping[str, str] = field(default_factory=dict)
    embedded: bool = False
    poll_seconds: float = 3.0
    _sessions: dict[str, Any] = field(default_factory=dict, repr=False)

    def client(self, service: str, account: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a client of an account.

        Raises:
            BaselineError: the credentials are of another account.
        """
        if account not in self._sessions:
            session = boto3.Session(profile_name=self.profiles.get(account))
            found = session.client("sts", region_name=region).get_caller_identity()["Account"]
            if found != account:
                raise BaselineError(
                    f"the credentials for account {account} belong to account {found}; name the "
                    f"right ones: --profile {account}=PROFILE"
                )
            self._sessions[account] = session
        return self._sessions[account].client(service, region_name=region)

    def client_as(self, whom: str, service: str, region: str) -> Any:  # noqa: ANN401 - boto3
        """Give a client with the credentials of a named profile.

        Raises:
            BaselineError: no profile is named.
        """
        if whom not in self.profiles:
            raise BaselineError(
                f"the scenario acts as {whom}; name a profile with its credentials: "
                f"--profile {whom}=PROFILE"
            )
        return boto3.Session(profile_name=self.profiles[whom]).client(service, region_name=region)

    def recorded(self, account: str, region: str, detail: Mapping[str, object]) -> None:
        """Do nothing: CloudTrail delivers."""
