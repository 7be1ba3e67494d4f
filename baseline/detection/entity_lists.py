"""Files of trusted and malicious addresses: what GuardDuty takes, and what hides too much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from pathlib import Path

MAXIMUM_ENTRIES = 1_000
"""Source: Amazon GuardDuty User Guide, "Amazon GuardDuty quotas"."""

TRUSTED_PREFIX = 16
"""A trusted range that is larger hides more than one provider."""

THREAT_PREFIX = 8

DOMAIN = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z]")
SHA_256 = re.compile(r"[0-9a-f]{64}")
ADDRESS = re.compile(r"[0-9./]+")

_NOT_PUBLIC = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
"""Source: IANA IPv4 Special-Purpose Address Registry."""


def entries(file: Path) -> list[str]:
    """Give the entries of a list: its lines, without empty ones.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: it is no text.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def problems(file: str, *, trusted: bool) -> Iterator[str]:
    """Give what is wrong with a list, one sentence a line.

    Args:
        file: path, from where the command runs.
        trusted: findings about the entries are not made; else findings are made because of them.

    Source: Amazon GuardDuty User Guide, "Customizing threat detection with entity lists and IP
    address lists".
    """
    try:
        found = entries(Path(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        yield f"{file} cannot be read: {reason}"
        return
    if not 1 <= len(found) <= MAXIMUM_ENTRIES:
        yield f"{file} has {len(found)} entries; GuardDuty takes 1 to {MAXIMUM_ENTRIES} a list"
    seen: set[str] = set()
    for number, entry in enumerate(found, 1):
        problem = "stands there twice" if entry in seen else _problem(entry, trusted=trusted)
        seen.add(entry)
        if problem:
            yield f"{file}, entry {number}: {entry[:60]!r} {problem}"


def in_both(trusted: str, threat: str) -> list[str]:
    """Give the entries that both files have; GuardDuty would trust them."""
    try:
        return sorted(set(entries(Path(trusted))) & set(entries(Path(threat))))
    except (OSError, UnicodeDecodeError):
        return []  # found already


def _problem(entry: str, *, trusted: bool) -> str | None:
    if SHA_256.fullmatch(entry):
        return "is a hash; trusted lists have none" if trusted else None
    if ADDRESS.fullmatch(entry):
        return _problem_of_range(entry, TRUSTED_PREFIX if trusted else THREAT_PREFIX)
    if ":" in entry and re.fullmatch(r"[0-9a-f:./]+", entry.lower()):
        return "is an IPv6 address; GuardDuty's lists take IPv4 only"
    if DOMAIN.fullmatch(entry.lower()):
        return None
    return "is no IPv4 address, range, domain or SHA-256 hash; comments are not known"


def _problem_of_range(entry: str, shortest: int) -> str | None:
    try:
        network = IPv4Network(entry)
    except (AddressValueError, NetmaskValueError, ValueError):
        return "is no IPv4 address or range; a range starts at its first address"
    # The size first: the whole internet holds private ranges too.
    if network.prefixlen < shortest:
        return f"is larger than /{shortest}; name the ranges that are meant"
    if any(network.overlaps(reserved) for reserved in _NOT_PUBLIC):
        return "is not public; the lists apply to public addresses only"
    return None
