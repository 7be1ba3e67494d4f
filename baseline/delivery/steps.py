"""What a step of a delivery is: its commands, what it reads and writes, and what it may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from baseline.delivery.commands import Target

REPORTS = "reports"
SCANS = f"{REPORTS}/scans"
REVIEW = f"{REPORTS}/review/review.md"
BASE_VARIABLE = "BASE_BRANCH"


class Stage(StrEnum):
    """The stages in their order. Steps of a stage run beside each other, unless one says after whom."""

    CHECKS = "Checks"
    BUILD = "Build"
    SIGN = "Sign"
    TEST = "Test"
    APPROVAL = "Approval"
    PRODUCTION = "Production"


BEFORE_MERGE = (Stage.CHECKS, Stage.BUILD)
"""The stages of a change that is not merged yet: nothing in them needs credentials."""


class Content(StrEnum):
    """What a step works on."""

    REPOSITORY = "repository"
    BUILD = "build"
    RELEASE = "release"


class Access(StrEnum):
    """What a step may do in AWS, beyond its own files and logs."""

    FINDINGS = "findings"
    SIGN = "sign"
    DEPLOY = "deploy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its commands, what it reads and writes, and what it may do.

    Attributes:
        name: in Pascal case; unique.
        stage: where it runs.
        title: what people read.
        commands: run in one shell, which stops at the first that fails.
        reads: what it works on.
        writes: what later steps get; nothing by default.
        outputs: files of that.
        tools: the repository's tools are installed first.
        access: what it may do; nothing by default.
        junit: JUnit reports that it writes; none by default.
        target: environment that it deploys to; None by default.
        after: it waits for the other steps of its stage.
    """

    name: str
    stage: Stage
    title: str
    commands: tuple[str, ...]
    reads: Content = Content.REPOSITORY
    writes: Content | None = None
    outputs: tuple[str, ...] = ()
    tools: bool = True
    access: Access | None = None
    junit: str | None = None
    target: Target | None = None
    after: bool = False


def delivers(steps: Sequence[Step]) -> bool:
    """Tell whether steps lead to a release, which needs roles in AWS, and not to a review only."""
    return any(step.access is Access.SIGN for step in steps)


def script(commands: tuple[str, ...]) -> str:
    """Give one script for a shell: it stops at the first failure and finds the tools of npm."""
    lines = ("set -euo pipefail", 'export PATH="$PWD/node_modules/.bin:$PATH"', *commands)
    return "\n".join(lines)
