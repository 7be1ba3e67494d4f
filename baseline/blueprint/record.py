"""What the blueprint did: what it gave where, what was chosen weaker, what is switched off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from baseline.blueprint.settings import Severity


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Change:
    """Arguments that a construct got from the blueprint.

    Attributes:
        path: path of the construct.
        injector: name of the injector.
        settings: names of the arguments given or completed.
    """

    path: str
    injector: str
    settings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Weaker:
    """An explicit value that is weaker than the blueprint's and was kept.

    Attributes:
        path: path of the construct.
        rule: name of the setting, such as ``bucket.enforce_ssl``; also the ID to acknowledge.
        problem: what is weak.
        why: what the setting protects from.
        severity: ``error`` or ``warning``.
    """

    path: str
    rule: str
    problem: str
    why: str
    severity: Severity


@dataclass(kw_only=True)
class Record:
    """All of it, in the order in which it came about.

    Attributes:
        without: names that are switched off, with the reason.
        changes: what was given.
        weaker: what was chosen weaker.
    """

    without: Mapping[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    weaker: list[Weaker] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give everything, sorted by path, as ``blueprint.json`` has it."""
        return {
            "without": [
                {"name": name, "reason": reason} for name, reason in sorted(self.without.items())
            ],
            "weaker": [asdict(each) for each in sorted(self.weaker)],
            "changes": [
                {**asdict(each), "settings": list(each.settings)} for each in sorted(self.changes)
            ],
        }
