"""From answers to files: the whole of `baseline init` but the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baseline.config.regions import table
from baseline.errors import BaselineError
from baseline.init import questions, values
from baseline.init.answers import OrganizationAnswers, StandaloneAnswers
from baseline.init.checked import check
from baseline.init.directory import (
    left_alone,
    new_files,
    next_steps,
    schema_path,
    targets,
    warnings,
)
from baseline.init.files import NewFile, refuse_existing, shown, write
from baseline.init.found import LandingZone, control_tower, landing_zone
from baseline.init.interview import Interviewer, organization, standalone
from baseline.init.place import Place
from baseline.init.rendering import organization_file, standalone_file

if TYPE_CHECKING:
    from baseline.live.organization import LiveOrganization


FOR_SCOPE = {
    question.flag: scope
    for scope, asked in (
        (
            "organization",
            (
                questions.ORGANIZATION_ID,
                questions.ROOT_ID,
                questions.CONTROL_TOWER,
                questions.ACCOUNT,
                questions.ACCOUNT_EMAIL,
                questions.ENDPOINTS,
                questions.EXTRAS,
            ),
        ),
        ("standalone", (questions.ACCOUNT_ID, questions.ROOT_EMAIL, questions.NETWORK)),
    )
    for question in asked
}
"""Flags of questions that are asked for one scope only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is wanted.

    Attributes:
        place: where the files go.
        given: answers of flags, by the flag.
        branch: branch that changes go to.
        force: whether files may be replaced.
        live: profile and endpoint with which a live organization is read; None reads none.
    """

    place: Place
    given: Mapping[str, tuple[str, ...]]
    branch: str
    force: bool
    live: tuple[str | None, str | None] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was done.

    Attributes:
        directory: where.
        files: written, in the order in which one reads them.
        found: what was found and taken for an answer.
        warnings: what does not work yet, and what helps.
        next: commands, each with the reason behind ``  # ``.
    """

    directory: str
    files: tuple[NewFile, ...]
    found: tuple[str, ...]
    warnings: tuple[str, ...]
    next: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it for programs."""
        return {
            "directory": self.directory,
            "files": [{"path": file.shown, "purpose": file.purpose} for file in self.files],
            "found": list(self.found),
            "warnings": list(self.warnings),
            "next": list(self.next),
        }


def start(request: Request, ask: Interviewer) -> Result:
    """Ask, check, and write all files or none.

    Raises:
        BaselineError: an answer is missing or wrong, a file exists, or AWS does not answer.
    """
    place, given = request.place, request.given
    # Before anybody has answered twenty questions.
    refuse_existing(targets(place, given.get("--ci", ("none",))[-1]), force=request.force)
    live, zone = _live(*request.live, given) if request.live else (None, None)
    answers = _answers(ask, given, live, zone)
    ask.section("Changes")
    platform = ask.one(questions.CI, _platform(request), default="github")
    ask.finish()
    whole = isinstance(answers, OrganizationAnswers)
    text = _text(answers, schema_path(place))
    check(text)
    files = new_files(place, platform, text=text, organization=whole, branch=request.branch)
    left = left_alone(place)
    write(files, force=request.force)
    return Result(
        directory=shown(place.directory),
        files=tuple(files),
        found=ask.notes,
        warnings=(*warnings(place, platform), *left),
        next=tuple(next_steps(place, organization=whole)),
    )


def _platform(request: Request) -> values.Check:
    """Give the check of a platform: a choice whose file may be written."""
    known = values.one_of(list(questions.CI.choices))

    def check_platform(text: str) -> str:
        platform = known(text)
        refuse_existing(targets(request.place, platform), force=request.force)
        return platform

    return check_platform


def _answers(
    ask: Interviewer,
    given: Mapping[str, tuple[str, ...]],
    live: LiveOrganization | None,
    zone: LandingZone | None,
) -> OrganizationAnswers | StandaloneAnswers:
    scope = "organization" if live or "--organization-id" in given else None
    if "--account-id" in given and scope is None:
        scope = "standalone"
    if scope is None or "--scope" in given:
        scope = ask.one(questions.SCOPE, values.one_of(list(questions.SCOPE.choices)))
    if scope == "standalone" and live:
        raise BaselineError(
            "--scope standalone: the account is in an organization; leave out --from-organization"
        )
    if not scope:
        ask.finish()
    _refuse_others(given, scope)
    return standalone(ask) if scope == "standalone" else organization(ask, live, zone)


def _refuse_others(given: Mapping[str, tuple[str, ...]], scope: str) -> None:
    """Refuse flags that say nothing about what is protected, before anybody believes they did."""
    flags = dict.fromkeys(flag.partition(" ")[0] for flag in given)
    if foreign := [flag for flag in flags if FOR_SCOPE.get(flag, scope) != scope]:
        raise BaselineError(
            f"{', '.join(foreign)}: not for --scope {scope}; leave out what belongs to the other"
        )


def _text(answers: OrganizationAnswers | StandaloneAnswers, schema: str) -> str:
    if isinstance(answers, StandaloneAnswers):
        return standalone_file(answers, schema=schema)
    return organization_file(answers, schema=schema)


def _live(
    profile: str | None, endpoint: str | None, given: Mapping[str, tuple[str, ...]]
) -> tuple[LiveOrganization, LandingZone | None]:
    # Only who reads a live organization needs boto3.
    import boto3  # noqa: PLC0415
    from botocore.exceptions import ProfileNotFound  # noqa: PLC0415

    from baseline.live.organization import organization_of  # noqa: PLC0415
    from baseline.live.reader import Reader  # noqa: PLC0415

    try:
        session = boto3.Session(profile_name=profile)
    except ProfileNotFound as error:
        raise BaselineError(
            f"--profile: {error}; `aws configure list-profiles` shows them"
        ) from None
    reader = Reader(session, endpoint=endpoint)
    live = organization_of(reader)
    if control_tower(live) == "none":
        return live, None
    homes = (*given.get("--home-region", ()), session.region_name)
    return live, landing_zone(reader, [name for name in homes if name in table()])
