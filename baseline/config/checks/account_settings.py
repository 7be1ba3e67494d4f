"""Account settings: a password policy weaker only by name, and one place for the logs of sessions."""

from __future__ import annotations

from collections.abc import Iterator

from baseline.config.account_settings import (
    CIS_MINIMUM_LENGTH,
    CIS_REUSE_PREVENTION,
    MAXIMUM_AGE_DAYS,
)
from baseline.config.finding import Finding, Path
from baseline.config.text import show
from baseline.config.view import View

PLACE: Path = ("account_settings", "password_policy")
SESSIONS: Path = ("account_settings", "session_manager")


def are_no_weaker_than_named(view: View) -> Iterator[Finding]:
    """Each weak rule of the password policy is named in ``weaker``, and no other one is."""
    weak = dict(_weak(view))
    named = {name: place for place, name in view.items(*PLACE, "weaker")}
    for rule, wanted in weak.items():
        if rule not in named:
            value = view.get((*PLACE, rule))
            said = "null" if value is None else show(value)
            yield Finding(
                (*PLACE, rule),
                f"{said} is weaker than the benchmark asks for ({wanted}); raise it, or add {rule} to weaker",
            )
    for rule, place in named.items():
        if rule not in weak:
            yield Finding(
                place, f"{show(rule)} is not weaker than the benchmark; take it out of the list"
            )


def log_sessions_to_one_place(view: View) -> Iterator[Finding]:
    """Where sessions are recorded, the preferences are kept and name our own log group and key."""
    sessions = view.get(SESSIONS)
    if not isinstance(sessions, dict) or sessions.get("recording", "none") == "none":
        return
    if "session_preferences" in [name for _, name in view.items("account_settings", "off")]:
        yield Finding(
            (*SESSIONS, "recording"),
            f"{show(sessions['recording'])} needs the setting session_preferences; take it out of "
            "account_settings.off, or set recording to none",
        )
    for name in ("log_group", "key_alias"):
        if sessions.get(name) is not None:
            yield Finding(
                (*SESSIONS, name),
                f"{show(sessions[name])} is another place than that of recording: "
                f"{show(sessions['recording'])}; take {name} out, or set recording to none",
            )


def _weak(view: View) -> Iterator[tuple[str, str]]:
    for rule, least in (
        ("minimum_length", CIS_MINIMUM_LENGTH),
        ("reuse_prevention", CIS_REUSE_PREVENTION),
    ):
        value = view.number(*PLACE, rule, default=least)
        if value is not None and value < least:
            yield rule, f"at least {least}"
    policy = view.get(PLACE)
    age = view.number(*PLACE, "maximum_age_days", default=MAXIMUM_AGE_DAYS)
    is_never = isinstance(policy, dict) and policy.get("maximum_age_days", age) is None
    if is_never or (age is not None and age > MAXIMUM_AGE_DAYS):
        yield "maximum_age_days", f"at most {MAXIMUM_AGE_DAYS}"
    for rule in ("uppercase", "lowercase", "numbers", "symbols"):
        if not view.enabled(*PLACE, rule):
            yield rule, "true"
