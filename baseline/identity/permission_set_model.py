"""A permission set as data: one YAML file, with placeholders for the names of the organization."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final, cast

from pydantic import Field, JsonValue

from baseline.config.forms import (
    AwsPolicyArn,
    PermissionSetDescription,
    PermissionSetName,
    PolicyName,
    PolicyPath,
    RelayState,
    SessionDuration,
)
from baseline.config.section import Section

VERSION: Final = "2012-10-17"
MINIMUM_REASON_LENGTH: Final = 20
PLACEHOLDER: Final = re.compile(r"(?<!\$)\{(\w+)\}")
"""``{prefix}``; a policy variable, ``${aws:username}``, is none."""
PLACEHOLDERS: Final = ("break_glass", "prefix", "qualifier")
MANAGEMENT: Final = "Management"
"""Start of the names of the permission sets that only the management account has."""


class CustomerPolicy(Section):
    """A managed policy of the accounts, which every account has under the same name."""

    name: PolicyName
    path: PolicyPath = "/"


class Boundary(Section):
    """What the permission set can at most allow: one of the two."""

    managed_policy: AwsPolicyArn | None = None
    customer_policy: CustomerPolicy | None = None


class PermissionSetDefinition(Section):
    """What people with a permission set may do, and for how long."""

    name: PermissionSetName = Field(description="Name that people see in the access portal.")
    description: PermissionSetDescription = Field(description="What it is for.")
    session: SessionDuration = Field(
        default="PT1H", description="How long a session lasts. One hour by default."
    )
    relay_state: RelayState | None = Field(
        default=None, description="Page of the console that a session starts on."
    )
    boundary: Boundary | None = None
    managed_policies: tuple[AwsPolicyArn, ...] = ()
    customer_policies: tuple[CustomerPolicy, ...] = ()
    policy: tuple[dict[str, JsonValue], ...] = Field(
        default=(), description="Statements of the inline policy."
    )
    why_everywhere: str | None = Field(
        default=None,
        min_length=MINIMUM_REASON_LENGTH,
        description="Why statements allow something on every resource, for whoever reviews it.",
    )
    tags: dict[str, str] = Field(default_factory=dict)

    def filled(self, values: Mapping[str, str]) -> PermissionSetDefinition:
        """Give the definition with its placeholders replaced; unknown ones stay."""
        data = _filled(self.model_dump(mode="json"), values)
        return PermissionSetDefinition.model_validate(data)

    def for_management(self) -> PermissionSetDefinition:
        """Give the same permission set under the name that only the management account uses."""
        return self.model_copy(update={"name": f"{MANAGEMENT}{self.name}"})

    def document(self) -> dict[str, JsonValue] | None:
        """Give the inline policy, if there is one."""
        if not self.policy:
            return None
        return {"Version": VERSION, "Statement": [dict(statement) for statement in self.policy]}

    def allows_everywhere(self) -> bool:
        """Tell whether a statement allows something on every resource, without a condition."""
        return any(
            statement.get("Effect") == "Allow"
            and "Condition" not in statement
            and statement.get("Resource") in ("*", ["*"])
            for statement in self.policy
        )

    def size(self) -> int:
        """Give the size of the inline policy as it is submitted: without white space."""
        text = json.dumps(self.document() or {}, separators=(",", ":"))
        return len(re.sub(r"\s", "", text)) if self.policy else 0


def _filled(value: JsonValue, values: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    if isinstance(value, dict):
        return cast("JsonValue", {key: _filled(item, values) for key, item in value.items()})
    return value
