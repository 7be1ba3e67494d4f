"""Which names promise a secret, and which values are one."""

from __future__ import annotations

import functools
import re

_WORDS = re.compile(
    r"(?<![a-z])(?:[a-z]*passwords?|passwd|pwd|passphrase|secret|token|credentials?|"
    r"api_?key|access_?key|private_?key|auth_?key|encryption_?key|connection_?string)(?![a-z])"
    r"|(?<![a-z])pass$"
)
_HARMLESS_ENDS = (
    "age",
    "algorithm",
    "alias",
    "arn",
    "count",
    "days",
    "enabled",
    "endpoint",
    "expiry",
    "file",
    "format",
    "header",
    "hours",
    "id",
    "issuer",
    "length",
    "limit",
    "location",
    "minutes",
    "mode",
    "name",
    "parameter",
    "path",
    "policy",
    "prefix",
    "region",
    "rotation",
    "seconds",
    "stage",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "version",
)
_REFERENCES = (
    r"true|false|none|null|yes|no|arn:(?:aws[a-z-]*)?:.*|"
    # A header says how it is read, as in `GenieKey {{resolve:...}}`.
    r"(?:(?:basic|bearer|geniekey|splunk|token) )?\{\{resolve:(?:secretsmanager|ssm-secure):.*\}\}"
)
_NO_SECRETS = re.compile(rf"(?:{_REFERENCES}|)", re.IGNORECASE | re.DOTALL)
_HARMLESS_VALUES = re.compile(rf"(?:{_REFERENCES}|\d{{0,6}}|/[\w./-]+)", re.IGNORECASE | re.DOTALL)
_RESOLVED = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):")


@functools.lru_cache(maxsize=8192)
def promises_secret(name: str) -> bool:
    """Tell whether a name says that its value is a secret (``DB_PASSWORD``, ``apiToken``).

    A name that says what the secret is called or where it is (``SECRET_ARN``, ``TOKEN_URL``) does
    not.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    if words.rsplit("_", 1)[-1] in _HARMLESS_ENDS:
        return False
    return _WORDS.search(words) is not None


def is_harmless(value: str) -> bool:
    """Tell whether a value cannot be a secret: a switch, a number, an ARN, a dynamic reference."""
    return _HARMLESS_VALUES.fullmatch(value.strip()) is not None


def is_no_secret(value: str) -> bool:
    """Tell whether what a password's property gets is none: a switch, an ARN, a dynamic reference.

    A number and a path are harmless in a variable; as a password they are one.
    """
    return _NO_SECRETS.fullmatch(value.strip()) is not None


def resolves_secret(value: str) -> bool:
    """Tell whether a text has CloudFormation put a secret in its place."""
    return _RESOLVED.search(value) is not None
