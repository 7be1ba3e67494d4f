"""Clients of any account and Region of the embedded AWS, as an administrator of the organization gets them."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import boto3
from botocore.config import Config

from baseline.errors import BaselineError
from baseline.local import loopback

STACK_SETS = "StackSets"
"""In the place of a role's name: the role with which StackSets deploy, which guardrails exempt."""

_SECRET = "local"  # noqa: S105 the embedded AWS checks no secret
_SESSION_SECONDS = 3600
_PAGE_SECONDS = 120
_LONGEST_WAIT = 0.5


def briefly(seconds: float) -> None:
    """Wait, but not long: nobody else's calls are to be spared here."""
    time.sleep(min(seconds, _LONGEST_WAIT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Keys of one session; ``token`` is None for an account's administrator."""

    key: str
    secret: str
    token: str | None = None

    def environment(self) -> dict[str, str]:
        """Give them as the environment variables that every AWS SDK reads."""
        keys = {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}
        return keys | ({"AWS_SESSION_TOKEN": self.token} if self.token else {})


class Access:
    """Makes boto3 clients for the embedded AWS and reads the server's own pages.

    An account's ID is the access key of its administrator (``principals.py``), about whose calls the
    guardrails decide as about any other role's. Other roles are assumed from the management account.

    Args:
        port: Port of the server on the loopback interface.
        management: Account ID of the management account.
        region: Region for calls that belong to no Region.
        emergency: The emergency role, and the user of the management account who assumes it.
    """

    def __init__(
        self, port: int, *, management: str, region: str, emergency: tuple[str, str] = ("", "")
    ) -> None:
        loopback.install()
        self.port = port
        self.management = management
        self.region = region
        self._emergency, self._user = emergency
        self._session = boto3.session.Session()
        self._lock = threading.Lock()
        self._credentials: dict[tuple[str, str], Credentials] = {}
        self._clients: dict[tuple[str, ...], Any] = {}

    @property
    def endpoint(self) -> str:
        """URL of the server; by name, because moto reads template URLs of ``localhost`` only."""
        return f"http://localhost:{self.port}"

    def client(self, service: str, account: str, region: str, *, role: str = "") -> Any:  # noqa: ANN401 boto3 clients have no published types
        """Give the boto3 client of a service in an account and Region, made once.

        Args:
            service: Name of the service in boto3, for example ``guardduty``.
            account: Account ID.
            region: Region.
            role: Name of the role to assume, or ``STACK_SETS``; by default the administrator's way in.
        """
        with self._lock:
            known = self._clients.get((service, account, region, role))
            if known is None:
                credentials = self._assume(account, role)
                known = self._clients[service, account, region, role] = self._make(
                    service, region, credentials
                )
            return known

    def at(self, account: str, region: str) -> Callable[[str], Any]:
        """Give a function that makes clients of one account and Region."""
        return lambda service: self.client(service, account, region)

    def credentials(self, account: str) -> Credentials:
        """Give an administrator's keys for an account."""
        with self._lock:
            return self._assume(account, "")

    def _assume(self, account: str, role: str) -> Credentials:
        if not role:
            return Credentials(key=account, secret=_SECRET)
        if role == STACK_SETS:
            return Credentials(key=f"STACKSETS{account}", secret=_SECRET)
        if (account, role) not in self._credentials:
            user = self._user if role == self._emergency else ""
            key = f"USER{self.management}{user}" if user else self.management
            caller = Credentials(key=key, secret=_SECRET)
            answer = self._make("sts", self.region, caller).assume_role(
                RoleArn=f"arn:aws:iam::{account}:role/{role}",
                RoleSessionName=user or "baseline-local",
                DurationSeconds=_SESSION_SECONDS,
            )["Credentials"]
            self._credentials[account, role] = Credentials(
                key=answer["AccessKeyId"],
                secret=answer["SecretAccessKey"],
                token=answer["SessionToken"],
            )
        return self._credentials[account, role]

    def _make(self, service: str, region: str, credentials: Credentials) -> Any:  # noqa: ANN401 as above
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=credentials.key,
            aws_secret_access_key=credentials.secret,
            aws_session_token=credentials.token,
            config=Config(
                proxies={},  # loopback: a proxy of the user's shell must not see it
                inject_host_prefix=False,
                s3={"addressing_style": "path"},
                retries={"total_max_attempts": 2},
                read_timeout=_PAGE_SECONDS,
            ),
        )

    def page(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON of the server
        """Read one of the server's own pages, ``/_baseline/...``; with ``body`` send it by POST.

        Raises:
            BaselineError: The server does not answer, or answers with an error.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PAGE_SECONDS)
        try:
            if body is None:
                connection.request("GET", path)
            else:
                connection.request(
                    "POST", path, json.dumps(body), {"Content-Type": "application/json"}
                )
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as error:
            raise BaselineError(
                f"the embedded AWS does not answer on port {self.port} ({error}); start it with `baseline local up`"
            ) from error
        finally:
            connection.close()
        if answer.status >= 400:  # noqa: PLR2004 HTTP: client and server errors
            raise BaselineError(
                f"{path} of the embedded AWS answered {answer.status}: {text[:500]}"
            )
        return json.loads(text)
