"""The script that posts the review: one comment for a change, written again with each of its versions."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.delivery.steps import REVIEW, script

LENGTH = 60_000
"""Characters of a comment; GitHub takes 65,536."""

MARK = "<!-- baseline review -->"
"""First line of the comment, by which it is found again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentApi:
    """How a platform keeps comments.

    Attributes:
        header: what stands before the token in the header of a request.
        token: variable of the token.
        comments: URL of the comments of the change.
        comment: URL of one comment, without its ID.
        update: HTTP method that writes a comment again.
        own: filter of jq for comments of the job itself, after ``$me``.
        user: URL of the user whose token it is; empty where ``own`` needs none.
    """

    header: str
    token: str
    comments: str
    comment: str
    update: str
    own: str
    user: str = ""

    def script(self) -> str:
        """Give the script. It gets the report and no code, and its token by standard input.

        A token among arguments would stand in the list of processes.
        """
        me = f'$(ask "{self.user}" | jq .id)' if self.user else "null"
        find = f'map(select({self.own} and (.body | startswith("{MARK}")))) | last | .id // empty'
        return script(
            (
                (
                    f"jq --null-input --rawfile whole {REVIEW}"
                    f" '{{body: (\"{MARK}\\n\" + $whole[0:{LENGTH}])}}' > comment.json"
                ),
                (
                    f"ask() {{ printf '{self.header} %s' \"${self.token}\" | curl --fail --silent"
                    " --show-error --max-time 60 --retry 3 --header @-"
                    " --header 'Content-Type: application/json' \"$@\"; }"
                ),
                f"me={me}",
                (
                    f'own=$(ask "{self.comments}?per_page=100" | jq --argjson me "$me" '
                    f"--raw-output '{find}')"
                ),
                (
                    f'if test -n "$own"; then ask --request {self.update} --output /dev/null'
                    f' --data @comment.json "{self.comment}/$own";'
                    f' else ask --output /dev/null --data @comment.json "{self.comments}"; fi'
                ),
            )
        )


GITHUB = CommentApi(
    header="Authorization: Bearer",
    token="GH_TOKEN",  # noqa: S106 - the name of a variable
    comments="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$CHANGE/comments",
    comment="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/comments",
    update="PATCH",
    own='.user.login == "github-actions[bot]"',
)
"""Source: GitHub REST API, "REST API endpoints for issue comments"."""

GITLAB = CommentApi(
    header="PRIVATE-TOKEN:",
    token="COMMENT_TOKEN",  # noqa: S106 - the name of a variable
    comments="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes",
    comment="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes",
    update="PUT",
    own=".author.id == $me",
    user="$CI_API_V4_URL/user",
)
"""Source: GitLab Docs, "Notes API", "Users API"."""
