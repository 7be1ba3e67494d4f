"""Secrets inside of texts: tokens that tell what they are, and assignments in scripts."""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Iterator, Sequence

import yaml

from baseline.workload.cleartext.names import is_harmless, promises_secret
from baseline.workload.cleartext.values import OPAQUE

_SECRET_VALUES = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "an AWS secret key": re.compile(
        r"(?i)aws_?secret_?(?:access_?)?key['\"]?\s*[=:]\s*['\"]?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"
    ),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})"),
    "a GitLab token": re.compile(r"\bglpat-[\w-]{20,}"),
    "a Slack token": re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a Slack webhook": re.compile(r"\bhooks\.slack\.com/services/T\w+/B\w+/\w{16,}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    "a Google key": re.compile(r"\bAIza[\w-]{35}"),
    "an npm token": re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"),
    "a JSON web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a bearer token": re.compile(r"(?i)\bbearer\s+(?=[\w.~+/-]*\d)[\w.~+/-]{16,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s:/@${}]+:[^\s:/@${}]{3,}@"),
}
_REFERENCE = re.compile(r"[$<{(`%*]|\\?\"\$")
# A name, = or :, and a value in quotes; in shell also without.
_QUOTED = re.compile(r"([A-Za-z][\w.-]*)['\"]?\s*[=:]\s*(['\"])([^'\"\n]{6,}?)\2")
_BARE = re.compile(
    r"(?:^|[\s;&|(])(?:--)?([A-Za-z][\w-]*)=([^\s'\"$<{(`;&|]{6,})(?=$|[\s;&|)])", re.MULTILINE
)
SHORTEST = len("a://b:ccc@")
"""No shorter text is a secret of a known form."""

MINIMUM_WORD = 8
"""Shorter words without a digit are modes and switches, such as ``TOKEN_WHEN=after``."""


@functools.lru_cache(maxsize=8192)
def secret_in(text: str) -> str | None:
    """Give what kind of secret a text holds, whatever its name; None when it holds none."""
    if len(text) < SHORTEST:
        return None
    return next((kind for kind, form in _SECRET_VALUES.items() if form.search(text)), None)


def assigned(script: str, *, bare: bool) -> str | None:
    """Give the name to which a script assigns a secret; None when it assigns none.

    Args:
        script: text of a script or program.
        bare: values without quotes are literal, too; in other languages they are variables.
    """
    rows = [(match[1], match[3]) for match in _QUOTED.finditer(script)]
    if bare:
        rows += [(match[1], match[2]) for match in _BARE.finditer(script)]
    return next((name for name, value in rows if promises_secret(name) and is_secret(value)), None)


def is_secret(value: str) -> bool:
    """Tell whether a value in a script is a literal that a secret could be."""
    known = value.replace(OPAQUE, "").strip()
    if is_harmless(known) or _REFERENCE.match(known):
        return False
    return len(known) >= MINIMUM_WORD or any(letter.isdigit() for letter in known)


def argument(words: Sequence[str]) -> str | None:
    """Give the option of a command line that takes a secret: ``--password``, ``hunter2``."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if not name.startswith("-") or not promises_secret(name.lstrip("-")):
            continue
        if is_secret(value if equals else following):
            return name
    return None


def build_secret(text: str) -> str | None:
    """Give the variable of a build specification that holds a secret, or is assigned one.

    Its sections of references to secrets hold names; what cannot be read is read as a script.
    """
    try:
        document = yaml.safe_load(text.replace(OPAQUE, "x"))
    except yaml.YAMLError:
        document = None
    if not isinstance(document, dict):
        return assigned(text, bare=True)
    section = document.get("env")
    variables = section.get("variables") if isinstance(section, dict) else None
    for name, value in variables.items() if isinstance(variables, dict) else ():
        if promises_secret(str(name)) and not is_harmless(str(value)):
            return str(name)
    commands = _strings(document.get("phases"))
    return next(filter(None, (assigned(each, bare=True) for each in commands)), None)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def decoded(text: str) -> str:
    """Give the text that user data encodes; the text itself where it is not encoded."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
