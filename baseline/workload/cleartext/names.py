"""Which names promise a secret, and which values are one."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"(?<![a-z])(?:password|passwd|pwd|passphrase|secret|token|credentials?|"
    r"api_?key|access_?key|private_?key|auth_?key|encryption_?key|connection_?string)(?![a-z])"
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
_HARMLESS_VALUES = re.compile(
    r"(?:true|false|none|null|yes|no|\d{0,6}|arn:aws[a-z-]*:.*|"
    r"\{\{resolve:(?:secretsmanager|ssm-secure):.*\}\}|/[\w./-]+)",
    re.IGNORECASE | re.DOTALL,
)
_SECRET_VALUES = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})"),
    "a GitLab token": re.compile(r"\bglpat-[\w-]{20,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@${}]+:[^\s:/@${}]{3,}@"),
}


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


def secret_in(text: str) -> str | None:
    """Give what kind of secret a text holds, whatever its name; None when it holds none."""
    return next((kind for kind, form in _SECRET_VALUES.items() if form.search(text)), None)
