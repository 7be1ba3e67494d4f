"""Credentials of root users, which the emulators do not keep apart from those of IAM users.

Passwords and access keys can be made as root (access key ``ROOT222222222222``) or in a session of
``sts:AssumeRoot``. A second factor is enrolled in the console only, so there is none.
"""

import secrets
from datetime import UTC, datetime
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers_root
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_USER = "root"
_KEYS = 2


@answers_root("iam", "CreateAccessKey")
def create_key(request: ApiRequest) -> dict[str, Any]:
    """Make an access key, of which a root user has two at most."""
    keys = _records(request, "keys")
    if len(keys) >= _KEYS:
        raise ServiceError(
            "LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {_KEYS}", 409
        )
    key = f"AKIA{secrets.token_hex(8).upper()}"
    keys[key] = _now()
    return {
        "AccessKey": {
            "UserName": _USER,
            "AccessKeyId": key,
            "Status": "Active",
            "SecretAccessKey": secrets.token_hex(20),
            "CreateDate": keys[key],
        }
    }


@answers_root("iam", "ListAccessKeys")
def list_keys(request: ApiRequest) -> dict[str, Any]:
    """List the access keys."""
    return {
        "AccessKeyMetadata": [
            {"UserName": _USER, "AccessKeyId": key, "Status": "Active", "CreateDate": created}
            for key, created in _records(request, "keys").items()
        ],
        "IsTruncated": False,
    }


@answers_root("iam", "DeleteAccessKey")
def delete_key(request: ApiRequest) -> dict[str, Any]:
    """Delete an access key."""
    key = request.parameters["AccessKeyId"]
    _remove(request, "keys", key, f"The Access Key with id {key} cannot be found.")
    return {}


@answers_root("iam", "CreateLoginProfile")
def create_password(request: ApiRequest) -> dict[str, Any]:
    """Make a password, or let it be recovered."""
    passwords = _records(request, "password")
    if passwords:
        raise ServiceError("EntityAlreadyExists", "Login Profile for user root exists.", 409)
    passwords[_USER] = _now()
    return {"LoginProfile": _profile(passwords)}


@answers_root("iam", "GetLoginProfile")
def get_password(request: ApiRequest) -> dict[str, Any]:
    """Say whether there is a password."""
    passwords = _records(request, "password")
    if not passwords:
        raise ServiceError("NoSuchEntity", "Login Profile for user root cannot be found.", 404)
    return {"LoginProfile": _profile(passwords)}


@answers_root("iam", "DeleteLoginProfile")
def delete_password(request: ApiRequest) -> dict[str, Any]:
    """Delete the password."""
    _remove(request, "password", _USER, "Login Profile for user root cannot be found.")
    return {}


@answers_root("iam", "ListMFADevices")
def list_devices(_request: ApiRequest) -> dict[str, Any]:
    """List second factors: none, since only the console enrols them."""
    return {"MFADevices": [], "IsTruncated": False}


@answers_root("iam", "UploadSigningCertificate")
def upload_certificate(request: ApiRequest) -> dict[str, Any]:
    """Keep a signing certificate."""
    certificates = _records(request, "certificates")
    identifier = secrets.token_hex(12).upper()
    certificates[identifier] = {
        "UserName": _USER,
        "CertificateId": identifier,
        "CertificateBody": request.parameters["CertificateBody"],
        "Status": "Active",
        "UploadDate": _now(),
    }
    return {"Certificate": certificates[identifier]}


@answers_root("iam", "ListSigningCertificates")
def list_certificates(request: ApiRequest) -> dict[str, Any]:
    """List the signing certificates."""
    return {
        "Certificates": list(_records(request, "certificates").values()),
        "IsTruncated": False,
    }


@answers_root("iam", "DeleteSigningCertificate")
def delete_certificate(request: ApiRequest) -> dict[str, Any]:
    """Delete a signing certificate."""
    identifier = request.parameters["CertificateId"]
    missing = f"The Certificate with id {identifier} cannot be found."
    _remove(request, "certificates", identifier, missing)
    return {}


def _records(request: ApiRequest, kind: str) -> dict[str, Any]:
    return state.account_wide(f"root user {kind}", request.account)


def _remove(request: ApiRequest, kind: str, key: str, missing: str) -> None:
    records = _records(request, kind)
    if key not in records:
        raise ServiceError("NoSuchEntity", missing, 404)
    del records[key]


def _profile(passwords: dict[str, Any]) -> dict[str, Any]:
    return {
        "UserName": _USER,
        "CreateDate": passwords[_USER],
        "PasswordResetRequired": False,
    }


def _now() -> datetime:
    return datetime.now(UTC)
