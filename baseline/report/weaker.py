"""Choices of a configuration that give up something the defaults protect.

Three kinds: a switch that is on by default and was turned off, a value that this module knows to be
weaker, and a list of what is left out. All are found at any depth, so that a new section of the
configuration is covered without a word here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from baseline.config.finding import Path, dotted
from baseline.config.section import Section
from baseline.report.model import Weaker
from baseline.report.walking import sections

# Lists of what a protection leaves out; mappings have the reason as value.
LEFT_OUT = frozenset(
    {
        "accept_weaker",
        "accepted",
        "accepted_gaps",
        "disabled_controls",
        "excluded_accounts",
        "excluded_tags",
        "excluded_units",
        "exempt_users",
        "exempted_actions",
        "exempted_principals",
        "exempted_resources",
        "global_actions",
        "off",
        "public",
        "rejected",
        "trusted_accounts",
        "weaker",
    }
)

# Name of a field, and what makes its value weaker than the default.
_Test = Callable[[Any, Any], bool]


def _is(*values: object) -> _Test:
    return lambda value, _default: value in values


def _less(value: int, default: int) -> bool:
    return value < default


WEAKER: Mapping[str, _Test] = {
    "action": _is("alert"),
    "alert_only": _is(True),
    "bedrock_cross_region": _is(True),
    "exempt_assume_root": _is(True),
    "exempt_baseline_roles": _is(True),
    "fail_open": _is(True),
    "lambda_at_edge": _is(True),
    "log_group_retention_days": _less,
    "minimum_length": _less,
    "mode": _is("report"),
    "modes": lambda value, _default: any(item in {"off", "dry_run"} for item in value.values()),
    "object_lock_days": _less,
    "object_lock_mode": _is("GOVERNANCE"),
    "retention_days": _less,
    "reuse_prevention": _less,
    "standards": lambda value, default: value is not None and not set(default or ()) <= set(value),
}


def weaker_of(configuration: Section) -> tuple[Weaker, ...]:
    """Give every weaker choice, in the order of the model."""
    return tuple(
        row for path, section in sections(configuration) for row in _of_section(path, section)
    )


def _of_section(path: Path, section: Section) -> Iterator[Weaker]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        if field.is_required() or value == default or value is None:
            continue
        here, says = (*path, name), field.description or ""
        if name in LEFT_OUT and isinstance(value, (tuple, Mapping)):
            yield from _left_out(here, value, says)
        elif (default is True and value is False) or (
            name in WEAKER and WEAKER[name](value, default)
        ):
            yield _row(here, value=_text(value), default=_text(default), what=says)


def _left_out(
    path: Path, value: tuple[object, ...] | Mapping[str, object], says: str
) -> Iterator[Weaker]:
    """Give an entry each; entries that are sections have an end and stand among the exceptions."""
    pairs = value.items() if isinstance(value, Mapping) else [(item, "") for item in value]
    for key, reason in pairs:
        if not isinstance(reason, Section):
            yield _row(path, value=str(key), default="nothing", what=says, reason=str(reason))


def _row(path: Path, *, value: str, default: str, what: str, reason: str = "") -> Weaker:
    return Weaker(where=dotted(path), value=value, default=default, what=what, reason=reason)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {item}" for key, item in value.items()) or "nothing"
    return ", ".join(map(str, value)) or "nothing" if isinstance(value, tuple) else str(value)
