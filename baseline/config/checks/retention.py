"""How the retention periods of the log archive fit together."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.finding import Finding
from baseline.config.log_archive import LogArchiveSettings
from baseline.config.view import View

GLACIER_MINIMUM_DAYS = 90
"""Days of storage that S3 Glacier Flexible Retrieval charges for at least.

Source: Amazon S3 User Guide, "Understanding S3 Glacier storage classes for long-term data storage".
"""


def outlasts_the_lock(view: View) -> Iterator[Finding]:
    """Logs are kept at least as long as they are locked, and longer than they stay out of Glacier."""
    retention = _days(view, "retention_days")
    lock = _days(view, "object_lock_days")
    glacier = _days(view, "glacier_after_days")
    if retention is None:
        return
    if lock is not None and retention < lock:
        yield Finding(
            ("log_archive", "retention_days"),
            f"{retention} days are less than object_lock_days ({lock}); a locked log cannot be deleted",
        )
    if glacier is not None and glacier >= retention:
        yield Finding(
            ("log_archive", "glacier_after_days"),
            f"{glacier} days are not less than retention_days ({retention}); logs would be deleted before they move",
        )
    elif glacier is not None and retention - glacier < GLACIER_MINIMUM_DAYS:
        yield Finding(
            ("log_archive", "glacier_after_days"),
            f"{glacier} days leave {retention - glacier} before retention_days ({retention}); Glacier charges for {GLACIER_MINIMUM_DAYS}, so write {retention - GLACIER_MINIMUM_DAYS} or less",
        )


def _days(view: View, key: str) -> int | None:
    default: int = LogArchiveSettings.model_fields[key].default
    return view.number("log_archive", key, default=default)
