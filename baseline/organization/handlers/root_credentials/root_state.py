"""Root credentials of one account: what is there, and how it is taken away.

A root session is the caller, so no call names a user.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

Client = Any  # boto3 makes its clients at run time
GONE = "NoSuchEntity"
LOOKS, LOOK_SECONDS = 4, 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Root:
    """The credentials of a root user; IDs only, none of them can be used to sign in."""

    password: bool = False
    access_keys: tuple[str, ...] = ()
    mfa_devices: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether there is anything to remove."""
        return any((self.password, self.access_keys, self.mfa_devices, self.certificates))

    def row(self) -> dict[str, Any]:
        """Give the credentials as JSON."""
        return asdict(self)

    def sentence(self) -> str:
        """Give the credentials in words."""
        parts = ["password"] if self.password else []
        for what, found in (
            ("access key", self.access_keys),
            ("MFA device", self.mfa_devices),
            ("signing certificate", self.certificates),
        ):
            if found:
                parts.append(f"{len(found)} {what}{'s' if len(found) > 1 else ''}")
        return ", ".join(parts) or "no credentials"


def look(iam: Client) -> Root:
    """Read what the root user has."""
    return Root(
        password=_has_password(iam),
        access_keys=_listed(iam, "list_access_keys", "AccessKeyMetadata", "AccessKeyId"),
        mfa_devices=_listed(iam, "list_mfa_devices", "MFADevices", "SerialNumber"),
        certificates=_listed(iam, "list_signing_certificates", "Certificates", "CertificateId"),
    )


def remove(iam: Client, root: Root) -> None:
    """Remove credentials; what is gone already is no error.

    The password goes first: with it alone, somebody could make the others again.
    """
    if root.password:
        _gone(iam.delete_login_profile)
    for key in root.access_keys:
        _gone(iam.delete_access_key, AccessKeyId=key)
    for certificate in root.certificates:
        _gone(iam.delete_signing_certificate, CertificateId=certificate)
    for device in root.mfa_devices:
        _gone(iam.deactivate_mfa_device, SerialNumber=device)


def left(iam: Client) -> Root:
    """Read what is left after a removal; IAM's reads may lag behind, so it is read again."""
    found = look(iam)
    for _ in range(LOOKS - 1):
        if not found.exists:
            break
        time.sleep(LOOK_SECONDS)
        found = look(iam)
    return found


def missing(found: Root, approved: dict[str, Any]) -> Root:
    """Give what was approved and is there no more."""
    rest = {
        name: tuple(each for each in approved[name] if each not in getattr(found, name))
        for name in ("access_keys", "mfa_devices", "certificates")
    }
    return Root(password=bool(approved["password"]) and not found.password, **rest)


def beyond(found: Root, approved: dict[str, Any]) -> bool:
    """Tell whether there is something that nobody approved."""
    return (found.password and not approved["password"]) or any(
        set(getattr(found, name)) - set(approved[name])
        for name in ("access_keys", "mfa_devices", "certificates")
    )


def _has_password(iam: Client) -> bool:
    try:
        iam.get_login_profile()
    except ClientError as error:
        if error.response["Error"]["Code"] == GONE:
            return False
        raise
    return True


def _listed(iam: Client, call: str, rows: str, key: str) -> tuple[str, ...]:
    pages = iam.get_paginator(call).paginate()
    return tuple(row[key] for page in pages for row in page.get(rows) or [])


def _gone(call: Any, **parameters: str) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != GONE:
            raise
