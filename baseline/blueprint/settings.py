"""What an injector is: the arguments of one kind of L2 construct that it gives, and how it judges."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from baseline.blueprint.mixing import Mixed
from baseline.blueprint.site import Site, Value

Severity = Literal["error", "warning"]
"""``error`` ends the synthesis until it is acknowledged, ``warning`` is printed."""

Props = Mapping[str, Any]
"""Arguments of an L2 as the CDK's process has them: camelCase, enumerations as their values."""


def always(_props: Props) -> bool:
    """Apply to every construct of the kind."""
    return True


def never_weaker(_value: Value, _site: Site) -> str | None:
    """Accept every explicit value."""
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One argument of an L2 construct.

    Attributes:
        name: name of the argument in Python.
        why: what it protects from, one line.
        shown: what it is given, in words; empty for one that is only judged.
        default: makes the value where the team gives none.
        when: whether the default fits the other arguments.
        weaker: says what is weak about an explicit value; None when it is as strong.
        fill: completes an explicit value that has parts of its own.
        severity: of a weaker explicit value.
        controls: Security Hub controls that ask for it.
        replaces: adding it to a deployed resource replaces the resource.
        prop: the argument in the CDK's own spelling, where it does not follow from the name.
    """

    name: str
    why: str
    shown: str = ""
    default: Callable[[Site], Any] | None = None
    when: Callable[[Props], bool] = always
    weaker: Callable[[Any, Site], str | None] = never_weaker
    fill: Callable[[Any, Site], Any] | None = None
    severity: Severity = "error"
    controls: tuple[str, ...] = ()
    replaces: bool = False
    prop: str = ""

    @property
    def key(self) -> str:
        """The argument as the CDK's process spells it."""
        return self.prop or re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hardening:
    """What the blueprint does to one kind of L2 construct.

    Attributes:
        name: name by which it is switched off, in kebab case.
        construct: the kind, as ``PROPERTY_INJECTION_ID`` of the class says it.
        title: what comes out, one line.
        settings: in the order in which they are given; a later one sees the earlier ones.
        exists: what is weak about every construct of this kind, where that is so.
        outside: classes that make such a construct for a purpose which forbids the settings.
        mixin: gives what is applied to the construct once the tree is complete.
    """

    name: str
    construct: str
    title: str
    settings: tuple[Setting, ...] = ()
    exists: str = ""
    outside: tuple[str, ...] = ()
    mixin: Callable[[Site], Mixed | None] | None = None

    def of(self, setting: str) -> str:
        """Give the name of one setting: ``bucket.versioned``."""
        return f"{self.name}.{setting}"


def on(
    name: str,
    why: str,
    *,
    severity: Severity = "error",
    controls: tuple[str, ...] = (),
    when: Callable[[Props], bool] = always,
    replaces: bool = False,
    prop: str = "",
) -> Setting:
    """Give a switch that is on unless the team turns it off."""
    return Setting(
        name=name,
        why=why,
        shown="`True`",
        default=lambda _site: True,
        when=when,
        weaker=lambda value, _site: "it is turned off" if value is False else None,
        severity=severity,
        controls=controls,
        replaces=replaces,
        prop=prop,
    )


def off(
    name: str,
    why: str,
    *,
    severity: Severity = "error",
    controls: tuple[str, ...] = (),
    when: Callable[[Props], bool] = always,
) -> Setting:
    """Give a switch that is off unless the team turns it on."""
    return Setting(
        name=name,
        why=why,
        shown="`False`",
        default=lambda _site: False,
        when=when,
        weaker=lambda value, _site: "it is turned on" if value is True else None,
        severity=severity,
        controls=controls,
    )


def judged(
    name: str,
    why: str,
    *values: object,
    severity: Severity = "error",
    controls: tuple[str, ...] = (),
) -> Setting:
    """Give an argument that gets no default; the values named are weak."""
    return Setting(
        name=name,
        why=why,
        weaker=lambda value, _site: (
            f"it is {value!r}" if any(value is each or value == each for each in values) else None
        ),
        severity=severity,
        controls=controls,
    )


def kept(why: str) -> Setting:
    """Give the judgment of a removal policy: destruction with the stack is visible."""
    return judged("removal_policy", why, "destroy", severity="warning")


def lacks(*names: str) -> Callable[[Props], bool]:
    """Tell whether none of the arguments is there."""
    return lambda props: not any(name in props for name in names)
