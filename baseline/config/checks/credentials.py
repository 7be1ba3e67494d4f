"""How the periods of access keys fit together, and what is weaker than the benchmark."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.credentials import (
    ROTATION_LIMIT_DAYS,
    UNUSED_LIMIT_DAYS,
    AccessKeySettings,
)
from baseline.config.finding import Finding, Path
from baseline.config.view import View

SECTION: Path = ("credentials", "access_keys")
LIMITS = {
    "rotate_after_days": (ROTATION_LIMIT_DAYS, "IAM.3"),
    "unused_after_days": (UNUSED_LIMIT_DAYS, "IAM.22"),
}


def are_weaker_by_name_only(view: View) -> Iterator[Finding]:
    """A period beyond the benchmark is named in accept_weaker."""
    accepted = {text for _, text in view.items(*SECTION, "accept_weaker")}
    for key, (limit, control) in LIMITS.items():
        days = _days(view, key)
        if days is not None and days > limit and key not in accepted:
            yield Finding(
                (*SECTION, key),
                f"{days} days are more than the {limit} of control {control}; write {limit} or "
                f"less, or name {key} in accept_weaker",
            )


def leave_time_for_a_successor(view: View) -> Iterator[Finding]:
    """Warning, overlap and deletion of one rotation are over before the next one."""
    rotate, warn, grace = (
        _days(view, key) for key in ("rotate_after_days", "warn_days", "grace_days")
    )
    delete, unused = (_days(view, key) for key in ("delete_after_days", "unused_after_days"))
    if rotate is None or warn is None or grace is None or delete is None:
        return
    if warn + grace >= rotate:
        yield Finding(
            (*SECTION, "warn_days"),
            f"warn_days and grace_days together ({warn + grace}) are not less than "
            f"rotate_after_days ({rotate}); every access key would be warned of from its first day",
        )
    elif delete + 2 * grace > rotate:
        yield Finding(
            (*SECTION, "delete_after_days"),
            f"{delete} days and twice grace_days ({2 * grace}) are more than rotate_after_days "
            f"({rotate}); an IAM user has two access keys at most, so the old one has to be gone "
            "before the next successor",
        )
    if unused is not None and grace >= unused:
        yield Finding(
            (*SECTION, "grace_days"),
            f"{grace} days are not less than unused_after_days ({unused}); a successor would be "
            "deactivated as unused before the old access key ends",
        )


def _days(view: View, key: str) -> int | None:
    default: int = AccessKeySettings.model_fields[key].default
    return view.number(*SECTION, key, default=default)
