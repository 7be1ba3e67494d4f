"""What the report says, before anything is drawn: plain values that are compared and written as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

State = Literal["on", "off", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A figure of the summary.

    Attributes:
        label: what is counted.
        value: the figure.
        note: what belongs to it.
        section: ID of the section that has more.
        tone: ``bad`` where somebody has to act.
    """

    label: str
    value: str
    note: str = ""
    section: str
    tone: Literal["plain", "bad"] = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """A guardrail that binds a unit or an account; ``source`` is empty where it is attached there."""

    id: str
    title: str
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account: its name, its ID where it exists, its guardrails beside those of its unit."""

    name: str
    id: str
    role: str
    guardrails: tuple[Attached, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A policy as it is attached: its name, its type, its size against the quota."""

    name: str
    type: str
    characters: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """An organizational unit, or the root.

    Attributes:
        path: path of the unit; ``root`` for the root.
        name: its last part.
        sets: guardrails and sets of them that are attached to it, as the configuration names them.
        inherited_sets: those of the units above, each with the unit that brings it.
        own: guardrails attached to it.
        inherited: guardrails of the units above, each with the unit that brings it.
        policies: policies that carry its own guardrails.
        accounts: accounts that stand in it.
        units: units below it.
        population: accounts in it and below it.
    """

    path: str
    name: str
    sets: tuple[str, ...]
    inherited_sets: tuple[tuple[str, str], ...]
    own: tuple[Attached, ...]
    inherited: tuple[Attached, ...]
    policies: tuple[Policy, ...]
    accounts: tuple[Account, ...]
    units: tuple[Unit, ...]
    population: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Guardrail:
    """A guardrail that is in use, with where it is attached and whom it exempts."""

    id: str
    title: str
    why: str
    type: str
    phase: int
    controls: tuple[str, ...]
    exempts: tuple[str, ...]
    targets: tuple[str, ...]
    proofs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Capability:
    """A capability of the control matrix, and whether this baseline has it.

    Attributes:
        id: name, in kebab case.
        title: what it is.
        why: what it is for.
        phase: 1, 2 or 3.
        state: ``unknown`` where no assembly says it.
        resources: resource type to how many of it the templates have.
        controls: Security Hub controls that it implements.
        tests: how many tests prove it.
        gaps: what it does not do.
        manual: steps that somebody has to do by hand.
        aws: what AWS is responsible for.
        customer: what the organization is responsible for.
    """

    id: str
    title: str
    why: str
    phase: int
    state: State
    resources: tuple[tuple[str, int], ...] = ()
    controls: tuple[str, ...] = ()
    tests: int = 0
    gaps: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()
    aws: str = ""
    customer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """One of the three phases, and how far it is."""

    number: int
    title: str
    capabilities: tuple[Capability, ...]
    on: int
    off: int
    unknown: int
    manual: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A requirement of a framework, the capabilities that serve it, and whether one of them is on."""

    id: str
    title: str
    capabilities: tuple[str, ...]
    state: State


@dataclass(frozen=True, kw_only=True, slots=True)
class Framework:
    """A framework, what one has to know of its mapping, and its requirements that something serves."""

    title: str
    note: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """What something costs a month, in US dollars; ``parts`` are the largest items of it."""

    name: str
    note: str
    monthly: float
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What the baseline costs a month, by account and by capability; ``low`` and ``high`` with less and more use."""

    total: float
    low: float
    high: float
    prices_checked: str
    accounts: tuple[Amount, ...]
    capabilities: tuple[Amount, ...]
    assumptions: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Something that somebody accepted until a day.

    Attributes:
        kind: what it is about, such as ``GuardDuty suppression``.
        name: its name.
        where: where it is written.
        scope: what it covers.
        reason: why.
        owner: who answers for it, where the file says so.
        last_day: last day on which it holds, as in 2027-06-30.
        days_left: days from the report's date to that day; below 0 it is over.
    """

    kind: str
    name: str
    where: str
    scope: str
    reason: str
    owner: str
    last_day: str
    days_left: int

    @property
    def state(self) -> Literal["expired", "soon", "current"]:
        """Tell whether it is over, or will be within 30 days."""
        if self.days_left < 0:
            return "expired"
        return "soon" if self.days_left <= SOON_DAYS else "current"


SOON_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Weaker:
    """A choice of the configuration that gives up something the default protects."""

    where: str
    value: str
    default: str
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """A role class that guardrails exempt: its roles and those guardrails."""

    roles: str
    patterns: tuple[str, ...]
    guardrails: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """A finding of a template check that is accepted at its resource, with the compensating control."""

    reason: str
    rules: tuple[str, ...]
    places: tuple[str, ...]
    findings: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A box of the picture: something that makes, collects, keeps or gets logs and findings."""

    id: str
    lane: int
    label: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """An arrow of the picture."""

    source: str
    target: str
    carries: str
    kind: Literal["logs", "findings"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything that the page shows. ``missing`` says what could not be read, and how to get it."""

    title: str
    profile: Literal["organization", "standalone"]
    configuration: str
    date: str
    version: str
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    root: Unit
    guardrails: tuple[Guardrail, ...]
    phases: tuple[Phase, ...]
    frameworks: tuple[Framework, ...]
    stops: tuple[Stop, ...]
    flows: tuple[Flow, ...]
    cost: Cost | None
    accepted: tuple[Accepted, ...]
    weaker: tuple[Weaker, ...]
    exemptions: tuple[Exemption, ...]
    acknowledgements: tuple[Acknowledgement, ...] | None

    @property
    def expired(self) -> tuple[Accepted, ...]:
        """Give what was accepted until a day that is over."""
        return tuple(row for row in self.accepted if row.state == "expired")

    def as_json(self) -> dict[str, object]:
        """Give everything for programs."""
        document = dataclasses.asdict(self)
        for row, accepted in zip(document["accepted"], self.accepted, strict=True):
            row["state"] = accepted.state
        return document
