"""Reads one account. What is denied or does not answer is kept as unknown; it never ends the look."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Final, Literal

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from baseline.errors import BaselineError
from baseline.live.reads import ACTIONS

# Adaptive: Organizations allows a call or two a second, for everybody in the account together.
RETRIES: Final = Config(
    retries={"mode": "adaptive", "total_max_attempts": 10}, connect_timeout=10, read_timeout=30
)
_NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
# Also the answer of a Region that the account has not enabled.
_INVALID: Final = frozenset(
    {"AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}
)
_THROTTLED: Final = frozenset(
    {
        "LimitExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
_DENIED: Final = frozenset(
    {"403", "AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation"}
    | {"AuthorizationError", "AuthorizationErrorException", "NotAuthorized"}
)

Reason = Literal["denied", "throttled", "unreachable", "refused", "not-enabled"]


class LiveError(BaselineError):
    """The look cannot begin or go on: no credentials, expired ones, the wrong account."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Unknown:
    """What could not be read, and why.

    Attributes:
        account: ID of the account, or an empty text where it is not known.
        region: Region, or an empty text for what belongs to none.
        action: The IAM action that the call needs.
        reason: ``denied`` (the action is missing), ``throttled``, ``unreachable`` (no answer),
            ``not-enabled`` (the Region) or ``refused`` (any other error).
        message: What AWS answered.
    """

    account: str
    region: str
    action: str
    reason: Reason
    message: str

    def __str__(self) -> str:
        """Say it in one line, with the fix."""
        place = " ".join(part for part in (self.account, self.region) if part)
        where = f" in {place}" if place else ""
        said = {
            "denied": f"denied; allow {self.action}",
            "throttled": "throttled; try again later",
            "unreachable": f"no answer ({self.message})",
            "not-enabled": "the Region is not enabled in the account, or the credentials are invalid",
            "refused": self.message,
        }[self.reason]
        return f"{self.action}{where}: {said}"


class Reader:
    """Calls of one account, each of them in the table of reads.

    Args:
        session: boto3 session with the account's credentials.
        account: ID of the account, for messages; by default whoever the credentials belong to.
        endpoint: Address of the embedded AWS; AWS itself by default.
    """

    def __init__(self, session: Any, *, account: str = "", endpoint: str | None = None) -> None:  # noqa: ANN401 boto3 has no published types
        self._session = session
        self._endpoint = endpoint
        # The embedded AWS has one address: no host of its own for buckets or accounts.
        self._config = (
            RETRIES.merge(Config(s3={"addressing_style": "path"}, inject_host_prefix=False))
            if endpoint
            else RETRIES
        )
        self._account = account
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._unknown: set[Unknown] = set()
        self._lists: dict[str, list[Any] | None] = {}

    @property
    def account(self) -> str:
        """ID of the account, asked for once.

        Raises:
            LiveError: The credentials are missing, expired or invalid.
        """
        if not self._account:
            self._account = str(self.identity()["Account"])
        return self._account

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What could not be read so far, in order."""
        with self._lock:
            return tuple(sorted(self._unknown))

    def identity(self) -> dict[str, Any]:
        """Say who calls.

        Raises:
            LiveError: The credentials are missing, expired or invalid, or nobody answers.
        """
        try:
            answer: dict[str, Any] = self._client("sts", "us-east-1").get_caller_identity()
        except ClientError as error:
            raise LiveError(
                f"AWS does not accept the credentials ({_message(error)}); sign in again"
            ) from None
        except BotoCoreError as error:
            raise _without_credentials(error) from None
        return answer

    def one(
        self,
        service: str,
        operation: str,
        region: str = "",
        *,
        absent: tuple[str, ...] = (),
        telling: tuple[str, ...] = (),
        **parameters: Any,  # noqa: ANN401 as AWS wants them
    ) -> dict[str, Any] | None:
        """Make one call; give its answer, nothing in it if it is ``absent``, or None if unknown.

        Args:
            service: Service, as boto3 names it.
            operation: Operation, as the API names it.
            region: Region; for services without Regions us-east-1.
            absent: Error codes that mean that the thing does not exist.
            telling: Error codes that are an answer too: it is ``{"ErrorCode": code}``.
            parameters: Parameters of the operation.

        Raises:
            KeyError: The call is not in the table of reads.
            LiveError: The credentials have expired.
        """
        action = ACTIONS[service, operation]
        try:
            call = getattr(self._client(service, region or "us-east-1"), xform_name(operation))
            answer: dict[str, Any] = call(**parameters)
        except ClientError as error:
            if _code(error) in absent:
                return {}
            if _code(error) in telling:
                return {"ErrorCode": _code(error)}
            self._keep(action, region, error)
        except BotoCoreError as error:
            self._keep_silence(action, region, error)
        else:
            return answer
        return None

    def every(
        self,
        service: str,
        operation: str,
        key: str,
        region: str = "",
        *,
        absent: tuple[str, ...] = (),
        **parameters: Any,  # noqa: ANN401 as AWS wants them
    ) -> list[Any] | None:
        """Read all pages of a list, once; None if it is unknown, an empty list if it is ``absent``.

        ``key`` is the member of the answer that holds the list; the rest is as in ``one``.

        Raises:
            KeyError: The call is not in the table of reads.
            LiveError: The credentials have expired.
        """
        asked = repr((service, operation, key, region, sorted(parameters.items())))
        if asked not in self._lists:
            self._lists[asked] = self._read(
                service, operation, key, region, absent=absent, parameters=parameters
            )
        return self._lists[asked]

    def _read(
        self,
        service: str,
        operation: str,
        key: str,
        region: str,
        *,
        absent: tuple[str, ...],
        parameters: dict[str, Any],
    ) -> list[Any] | None:
        action = ACTIONS[service, operation]
        found: list[Any] = []
        try:
            client = self._client(service, region or "us-east-1")
            name = xform_name(operation)
            pages = (
                client.get_paginator(name).paginate(**parameters)
                if client.can_paginate(name)
                else [getattr(client, name)(**parameters)]
            )
            for page in pages:
                found.extend(page.get(key) or ())
        except ClientError as error:
            if _code(error) in absent:
                return []
            self._keep(action, region, error)
        except BotoCoreError as error:
            self._keep_silence(action, region, error)
        else:
            return found
        return None

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 as above
        with self._lock:  # a session makes clients for one thread at a time
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.client(
                    service, region_name=region, endpoint_url=self._endpoint, config=self._config
                )
            return self._clients[service, region]

    def _keep(self, action: str, region: str, error: ClientError) -> None:
        """Remember what AWS refused to answer."""
        code = _code(error)
        if code in _EXPIRED:
            raise LiveError(
                f"the credentials of {self._account or 'this session'} have expired; sign in again"
            ) from None
        reason: Reason = "refused"
        if code in _INVALID:
            reason = "not-enabled"
        elif code in _THROTTLED:
            reason = "throttled"
        elif code in _DENIED:
            reason = "denied"
        self._remember(action, region, reason, _message(error))

    def _keep_silence(self, action: str, region: str, error: BotoCoreError) -> None:
        """Remember that nobody answered."""
        if isinstance(error, _NO_CREDENTIALS):
            raise _without_credentials(error) from None
        self._remember(action, region, "unreachable", _line(str(error)))

    def _remember(self, action: str, region: str, reason: Reason, message: str) -> None:
        unknown = Unknown(
            account=self._account, region=region, action=action, reason=reason, message=message
        )
        with self._lock:
            self._unknown.add(unknown)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _message(error: ClientError) -> str:
    said = str(error.response.get("Error", {}).get("Message", ""))
    return _line(f"{_code(error)}: {said}" if said else f"AWS answered {_code(error)}")


def _line(text: str) -> str:
    return " ".join(text.split())


def _without_credentials(error: BotoCoreError) -> LiveError:
    if isinstance(error, _NO_CREDENTIALS):
        return LiveError(
            f"there are no usable AWS credentials ({_line(str(error))}); sign in, for example with "
            "`aws sso login`, and name the profile"
        )
    return LiveError(f"AWS does not answer ({_line(str(error))})")
