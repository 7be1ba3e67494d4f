"""Ways into the accounts: the session of the management account, profiles, a role in each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

from baseline.errors import BaselineError
from baseline.live.reader import LiveError, Reader
from baseline.preflight.finding import Finding, Verdict

ROLES: Final = ("OrganizationAccountAccessRole", "AWSControlTowerExecution")
"""Roles of administrators that AWS Organizations and Control Tower make in accounts."""

READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"
"""What a session in another account is cut down to, whatever its role may do."""

MANAGEMENT: Final = "management"
ALONE: Final = "account"
"""What the only account is called, as its section in baseline.yaml."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """How accounts are reached.

    Attributes:
        profiles: Profiles of the AWS configuration by the account's name in baseline.yaml;
            ``management`` is the session that everything begins with.
        roles: Roles that are tried, in this order, in accounts without a profile.
        endpoint: Address of the embedded AWS; AWS itself by default.
    """

    profiles: Mapping[str, str]
    roles: Sequence[str] = ROLES
    endpoint: str | None = None


def first_reader(ways: Ways, *, account: str, name: str = MANAGEMENT) -> Reader:
    """Open the account that everything begins with.

    Raises:
        LiveError: No credentials, invalid ones, or those of another account.
        BaselineError: The AWS configuration has no such profile.
    """
    # A profile without a name is that of the account that everything begins with.
    profile = ways.profiles.get(name) or (ways.profiles.get(MANAGEMENT) if name == ALONE else None)
    session = _session(profile)
    reader = Reader(session, endpoint=ways.endpoint)
    if reader.account != account:
        raise LiveError(
            f"the session belongs to account {reader.account}, {name} of baseline.yaml is {account}; "
            "sign in there, or name its profile with --profile"
        )
    return reader


def readers_of(
    accounts: Mapping[str, str], management: Reader, ways: Ways
) -> tuple[dict[str, Reader], list[Finding]]:
    """Open the other accounts.

    Args:
        accounts: ID of each account by its name.
        management: The management account.
        ways: How they are reached.

    Returns:
        Readers by account ID, the management account's first, and what could not be opened.

    Raises:
        LiveError: A profile belongs to another account.
        BaselineError: A profile does not exist, or is given for an account that does not.
    """
    unknown = sorted(set(ways.profiles) - set(accounts))
    if unknown:
        raise BaselineError(
            f"--profile names {', '.join(unknown)}; the accounts are {', '.join(accounts)}"
        )
    readers = {management.account: management}
    closed: list[Finding] = []
    for name, account in accounts.items():
        if account in readers:
            continue
        if name in ways.profiles:
            readers[account] = first_reader(ways, account=account, name=name)
            continue
        session, refused = _assume(ways, account)
        if session is None:
            closed.append(_closed(name, account, ways.roles, refused))
        else:
            readers[account] = Reader(session, account=account, endpoint=ways.endpoint)
    return readers, closed


def _session(profile: str | None) -> Any:  # noqa: ANN401 boto3 has no published types
    try:
        return boto3.Session(profile_name=profile)
    except ProfileNotFound:
        raise BaselineError(
            f"the AWS configuration has no profile {profile}; `aws configure list-profiles` shows them"
        ) from None


def _assume(ways: Ways, account: str) -> tuple[Any, str]:
    """Give a session with the first role that lets us in, cut down to reading, or why there is none."""
    refused = "no role was named"
    client = _session(ways.profiles.get(MANAGEMENT)).client(
        "sts", region_name="us-east-1", endpoint_url=ways.endpoint
    )
    for role in ways.roles:
        try:
            answer = client.assume_role(
                RoleArn=f"arn:aws:iam::{account}:role/{role}",
                RoleSessionName="baseline-preflight",
                PolicyArns=[{"arn": READ_ONLY}],
            )["Credentials"]
        except (BotoCoreError, ClientError) as error:
            refused = " ".join(str(error).split())
            continue
        session = boto3.Session(
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
        )
        return session, ""
    return None, refused


def _closed(name: str, account: str, roles: Sequence[str], refused: str) -> Finding:
    tried = f"tried {', '.join(roles)}: {refused}" if roles else refused
    return Finding(
        check="unknown.account",
        verdict=Verdict.UNKNOWN,
        place=name,
        message=f"account {account} was not looked at ({tried}); name a role (--role) or a profile "
        f"(--profile {name}=PROFILE)",
    )
