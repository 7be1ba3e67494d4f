"""Whether the Guard rules are asked of every account's deployments. Off by default."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from baseline.config.section import Section

STACK_NAME_PATTERN = r"^[a-zA-Z*?][a-zA-Z0-9*?-]{0,127}$"
STACK_ROLE_PATTERN = r"^arn:aws:iam::([0-9]{12}|\*):role/[A-Za-z0-9+=,.@_/*?-]{1,200}$"
REPORT_BUCKET_PATTERN = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"

HINTS: Mapping[str, str] = MappingProxyType(
    {
        STACK_NAME_PATTERN: "is not a stack name: letters, digits, hyphens, and * or ? as wildcards",
        STACK_ROLE_PATTERN: "is not the ARN of a role; the account may be *, the name may have wildcards",
        REPORT_BUCKET_PATTERN: "is not the name of a bucket",
    }
)

MAXIMUM_FILTERS = 50
"""Source: schema of AWS::CloudFormation::GuardHook, StackFilters."""

OWN_STACKS = 6
OWN_ROLES = 5
"""So many of them are the baseline's."""

Mode = Literal["off", "warn", "fail"]
StackName = Annotated[str, Field(pattern=STACK_NAME_PATTERN)]
StackRole = Annotated[str, Field(pattern=STACK_ROLE_PATTERN)]


class TemplateValidation(Section):
    """The Guard rules as CloudFormation Hooks in every account and governed Region. Off by default."""

    hook: Mode = Field(
        default="off",
        description="off; warn: CloudFormation tells of findings and goes on; fail: it stops what has a finding. off by default, because "
        "hooks stand in the way of every team's deployments: let them warn for some weeks, then fail.",
    )
    exclude_stacks: tuple[StackName, ...] = Field(
        default=(),
        max_length=MAXIMUM_FILTERS - OWN_STACKS,
        description="Names of stacks that no hook looks at; * and ? are wildcards. None by default besides the baseline's, Control Tower's "
        "and CDKToolkit.",
    )
    exclude_roles: tuple[StackRole, ...] = Field(
        default=(),
        max_length=MAXIMUM_FILTERS - OWN_ROLES,
        description="ARNs of roles whose deployments no hook looks at; * and ? are wildcards. None by default besides the baseline's "
        "deployers, break-glass, StackSets' and Control Tower's.",
    )
    report_bucket: str | None = Field(
        default=None,
        pattern=REPORT_BUCKET_PATTERN,
        description="A bucket of yours that gets each hook's report, with the fix of every finding; its policy must let the hooks' role "
        "write. None by default.",
    )

    @property
    def enabled(self) -> bool:
        """Whether accounts have the hooks."""
        return self.hook != "off"
