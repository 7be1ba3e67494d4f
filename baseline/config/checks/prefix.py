"""The prefix: the start of every physical name."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding
from baseline.config.text import show
from baseline.config.view import View

# Amazon S3 User Guide, "General purpose bucket naming rules".
RESERVED_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
# Log groups under /aws/ belong to AWS services, and our log group starts with /{prefix}/.
RESERVED = ("aws",)


def is_free(view: View) -> Iterator[Finding]:
    """The prefix does not start as names that AWS keeps for itself."""
    prefix = view.text("prefix")
    if prefix is not None and (prefix in RESERVED or f"{prefix}-".startswith(RESERVED_STARTS)):
        yield Finding(("prefix",), f"{show(prefix)} is reserved by AWS; choose another")
