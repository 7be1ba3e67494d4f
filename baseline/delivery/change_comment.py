"""ChangeComment: the review report as a comment of the pull request, by a step that runs no code of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from baseline.config.forms import HOST_PATTERN
from baseline.delivery.steps import REVIEW
from baseline.errors import BaselineError

SECRET = re.compile(
    r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}"
)
LENGTH = 60_000
"""Characters of a comment; GitHub takes 65,536."""
TOKEN_VARIABLE, CHANGE_VARIABLE = "COMMENT_TOKEN", "CHANGE"
HOSTS = {"github": "api.github.com", "gitlab": "gitlab.com", "bitbucket": "api.bitbucket.org"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeComment:
    """Where the review goes, and the token that may comment.

    The token is read by one step only, which gets the report and no code: what a change runs never
    sees it. Give it no right but to comment on changes of the one repository.

    Attributes:
        provider: ``github``, ``gitlab`` or ``bitbucket``.
        secret: complete ARN of the secret in AWS Secrets Manager whose text is the token.
        key: ARN of the secret's key, where it is not that of AWS.
        host: host of the provider's API, where it is one of your own.

    Raises:
        BaselineError: the ARN is not complete, or the host is none.

    Source: GitHub REST API, "Create an issue comment"; GitLab REST API, "Notes API"; Bitbucket
    Cloud REST API, "Create a comment on a pull request".
    """

    provider: Literal["github", "gitlab", "bitbucket"]
    secret: str
    key: str | None = None
    host: str | None = None

    def __post_init__(self) -> None:
        """Refuse what names no secret or no host."""
        if not SECRET.fullmatch(self.secret):
            raise BaselineError(
                f"secret {self.secret!r} is no complete ARN of a secret; it ends in a hyphen and six "
                "characters"
            )
        if self.host is not None and not re.fullmatch(HOST_PATTERN, self.host):
            raise BaselineError(f"host {self.host!r} is no host name; leave out https://")

    def commands(self, repository: str) -> tuple[str, ...]:
        """Give the commands that post the report to the pull request of the run."""
        header = "PRIVATE-TOKEN:" if self.provider == "gitlab" else "Authorization: Bearer"
        field = "{content: {raw: $text}}" if self.provider == "bitbucket" else "{body: $text}"
        wrap = (
            f"jq --null-input --rawfile whole {REVIEW}"
            f" '$whole[0:{LENGTH}] as $text | {field}' > comment.json"
        )
        # By standard input: a token among the arguments would stand in the list of processes.
        post = (
            f"printf '{header} %s' \"${TOKEN_VARIABLE}\" | curl --fail --silent --show-error"
            " --max-time 60 --retry 3 --output /dev/null --header @-"
            " --header 'Content-Type: application/json' --data @comment.json"
            f' "{self._url(repository)}"'
        )
        return (f'[[ "${CHANGE_VARIABLE}" =~ ^[0-9]+$ ]]', wrap, post)

    def _url(self, repository: str) -> str:
        host = self.host or HOSTS[self.provider]
        change = f"${CHANGE_VARIABLE}"
        if self.provider == "gitlab":
            project = quote(repository, safe="")
            return f"https://{host}/api/v4/projects/{project}/merge_requests/{change}/notes"
        if self.provider == "bitbucket":
            return f"https://{host}/2.0/repositories/{repository}/pullrequests/{change}/comments"
        return f"https://{host}/repos/{repository}/issues/{change}/comments"
