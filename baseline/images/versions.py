"""content_version: the version of something that cannot be changed, from what it says."""

from __future__ import annotations

import hashlib

NODE_BITS = 30
MAJOR = 1


def content_version(*parts: str) -> str:
    """Give the version of an immutable resource of Image Builder: same content, same version.

    Image Builder takes three numbers below 2^30; two of them come from the SHA-256 of the content.
    Versions say what is equal, not what is newer, so nothing here is referred to by a wildcard.

    Args:
        parts: everything that the resource consists of.

    Source: EC2 Image Builder User Guide, "Semantic versioning in Image Builder".
    """
    digest = hashlib.sha256()
    for part in parts:
        # Its length before it: ("ab", "c") is not ("a", "bc").
        digest.update(f"{len(part)}:{part}".encode())
    number = int.from_bytes(digest.digest()[:8], "big")
    mask = (1 << NODE_BITS) - 1
    return f"{MAJOR}.{number & mask}.{(number >> NODE_BITS) & mask}"
