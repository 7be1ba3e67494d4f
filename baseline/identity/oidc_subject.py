"""Subject: the runs of a pipeline that a role takes, as its platform signs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baseline.config.forms import REFERENCE_PATTERN, REPOSITORY_PATTERN
from baseline.errors import BaselineError

GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
CHANGES = ":pull_request"
"""End of the subject of every pull request of a GitHub repository."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The runs of a pipeline that may deploy, as the platform signs them.

    Make it with :meth:`github`, :meth:`github_changes` or :meth:`gitlab`: those refuse wildcards.

    Attributes:
        host: host name of the provider, without ``https://``.
        claim: the value of the claim ``sub``.
    """

    host: str
    claim: str

    def __post_init__(self) -> None:
        """Refuse a subject that more than one pipeline or kind of run could have.

        Raises:
            BaselineError: the claim holds a wildcard or a variable, or names no run.
        """
        if re.search(r"[*?$\s]", self.claim) or not re.search(
            r":(environment|ref):[^:]+$", self.claim
        ):
            raise BaselineError(
                f"subject {self.claim!r} does not name one environment, branch or tag of one "
                "repository; wildcards would let other pipelines deploy"
            )

    @classmethod
    def github(
        cls, repository: str, *, environment: str | None = None, branch: str | None = None
    ) -> Subject:
        """Give the jobs of one environment, or the runs on one branch, of a GitHub repository.

        Args:
            repository: ``owner/name``.
            environment: environment of the jobs; or
            branch: branch of the runs, whose jobs name no environment.

        Raises:
            BaselineError: a name holds a wildcard, or not exactly one of the two is given.

        Source: GitHub Docs, "OpenID Connect reference", "Example subject claims".
        """
        _check("repository", repository, r"[^/]+/[^/]+")
        kind, value = _one(environment=environment, branch=branch)
        run = f"environment:{value}" if kind == "environment" else f"ref:refs/heads/{value}"
        return cls(host=GITHUB, claim=f"repo:{repository}:{run}")

    @classmethod
    def github_changes(cls, repository: str) -> Changes:
        """Give the runs for pull requests of a GitHub repository, which nobody has approved yet.

        A role that deploys refuses it.

        Args:
            repository: ``owner/name``.

        Raises:
            BaselineError: the name holds a wildcard.

        Source: GitHub Docs, "OpenID Connect reference", "Example subject claims".
        """
        _check("repository", repository, r"[^/]+/[^/]+")
        return Changes(host=GITHUB, claim=f"repo:{repository}{CHANGES}")

    @classmethod
    def gitlab(
        cls, project: str, *, branch: str | None = None, tag: str | None = None, host: str = GITLAB
    ) -> Subject:
        """Give the pipelines on one branch or tag of a GitLab project.

        Args:
            project: path of the project with its groups.
            branch: branch; or
            tag: tag.
            host: host name of the GitLab.

        Raises:
            BaselineError: a name holds a wildcard, or not exactly one of the two is given.

        Source: GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials".
        """
        _check("project", project, REPOSITORY_PATTERN)
        kind, value = _one(branch=branch, tag=tag)
        return cls(host=host, claim=f"project_path:{project}:ref_type:{kind}:ref:{value}")


class Changes(Subject):
    """The runs for changes that are not merged: every pull request of one repository.

    Make it with :meth:`Subject.github_changes`. Roles that deploy or sign refuse it.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        """Refuse pull requests of more than one repository.

        Raises:
            BaselineError: the claim is another.
        """
        if not re.fullmatch(rf"repo:[^/:*?$\s]+/[^/:*?$\s]+{CHANGES}", self.claim):
            raise BaselineError(
                f"subject {self.claim!r} is not the pull requests of one repository"
            )


def _check(what: str, value: str, pattern: str) -> None:
    if not re.fullmatch(pattern, value) or not re.fullmatch(REPOSITORY_PATTERN, value):
        raise BaselineError(
            f"{what} {value!r} is not one {what} with its owner, such as example/baseline; "
            "wildcards let strangers deploy"
        )


def _one(**given: str | None) -> tuple[str, str]:
    """Give kind and name of the run, which is exactly one and has no wildcard."""
    named = {kind: value for kind, value in given.items() if value is not None}
    if len(named) != 1:
        raise BaselineError(
            f"{' and '.join(named) or 'nothing'} given; name exactly one of {' and '.join(given)}, "
            "or every run could deploy"
        )
    ((kind, value),) = named.items()
    if not re.fullmatch(REFERENCE_PATTERN, value):
        raise BaselineError(f"{kind} {value!r} is not one {kind}; write its name without wildcards")
    return kind, value
