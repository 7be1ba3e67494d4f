"""The file format of a guardrail: one JSON file is one intent.

See ``docs`` of the fields below; ``catalog/scp/protect-config.json`` is a short example.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic import JsonValue as Json

from baseline.guardrails.placeholders import parameters

MINIMUM_PROOFS = 3
"""A guardrail names at least this many requests that are denied, and as many that are allowed."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Action = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+:[A-Za-z0-9]+$")]


class PolicyType(StrEnum):
    """The policy types of the catalog; the value is the API's name."""

    SCP = "SERVICE_CONTROL_POLICY"
    RCP = "RESOURCE_CONTROL_POLICY"
    EC2 = "DECLARATIVE_POLICY_EC2"
    S3 = "S3_POLICY"
    GUARDDUTY = "GUARDDUTY_POLICY"
    INSPECTOR = "INSPECTOR_POLICY"
    SECURITY_HUB = "SECURITYHUB_POLICY"
    BACKUP = "BACKUP_POLICY"
    AI_OPT_OUT = "AISERVICES_OPT_OUT_POLICY"
    TAG = "TAG_POLICY"

    @property
    def short(self) -> str:
        """Give the type as policy names show it: ``scp``, ``rcp``, ``guardduty``."""
        short = {
            PolicyType.SCP: "scp",
            PolicyType.RCP: "rcp",
            PolicyType.EC2: "ec2",
            PolicyType.AI_OPT_OUT: "ai",
        }
        return short.get(self, self.value.removesuffix("_POLICY").lower())

    @property
    def decides(self) -> bool:
        """Tell whether policies of this type decide on requests (the others configure services)."""
        return self in {PolicyType.SCP, PolicyType.RCP}


class RoleClass(StrEnum):
    """Whom a guardrail may exempt; ``roles.py`` says which roles these are."""

    BREAK_GLASS = "break_glass"
    DEPLOYERS = "deployers"
    RESPONDERS = "responders"
    SERVICE_ROLES = "service_roles"
    IDENTITY = "identity"
    CREDENTIALS = "credentials"
    BACKUPS = "backups"
    SECURITY = "security"
    NETWORK = "network"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Strict):
    """A value that the configuration supplies."""

    type: Literal["string", "strings", "boolean", "account", "accounts", "status", "object"]
    description: Text

    def accepts(self, value: Json) -> bool:
        """Tell whether a value is of the parameter's type."""
        if self.type in {"boolean", "object"}:
            return isinstance(value, bool if self.type == "boolean" else dict)
        if self.type in {"strings", "accounts"}:
            form = r"\d{12}" if self.type == "accounts" else r"(?s).*"
            return isinstance(value, list) and all(
                isinstance(item, str) and re.fullmatch(form, item) for item in value
            )
        if not isinstance(value, str) or not value:
            return False
        if self.type == "account":
            return re.fullmatch(r"\d{12}", value) is not None
        return self.type == "string" or value in {"enabled", "disabled"}


class Proof(_Strict):
    """Requests with a known answer; several actions or Regions make several requests.

    Attributes:
        why: What the requests show.
        principal: Who calls: ``role/Name``, ``user/name`` or ``root``, in ``account``; a service
            (``backup.amazonaws.com``); or ``*``, somebody without credentials.
        account: ``member`` (any account of the unit), a core account, such as ``security``, an
            account ``outside`` the organization, or ``trusted``, the first trusted account.
        actions: The actions called.
        regions: Regions called; ``home`` is the home Region, ``governed`` are all governed ones.
        resource: ARN of the resource; may hold placeholders.
        resource_account: Owner of the resource, as in ``account``; by default the one in the ARN.
        context: Further condition keys.
        ungoverned: Whether the requests are about Regions that nobody governs: of ``regions``, those
            that an organization governs are left out.
        when: Parameters and whether each must be true or not empty, else the proof does not apply.
    """

    why: Text
    principal: Annotated[
        str, StringConstraints(pattern=r"^(root|\*|(role|user)/.+|[a-z0-9.-]+\.amazonaws\.com)$")
    ] = "role/Developer"
    account: Text = "member"
    actions: tuple[Action, ...] = Field(min_length=1)
    regions: tuple[Text, ...] = Field(default=("home",), min_length=1)
    resource: Text = "*"
    resource_account: Text | None = None
    context: dict[str, str | bool | list[str]] = Field(default_factory=dict)
    ungoverned: bool = False
    when: dict[str, bool] = Field(default_factory=dict)


class Guardrail(_Strict):
    """One guardrail.

    Attributes:
        id: Name, the same as the file's.
        title: What it does, as policy descriptions and lists show it.
        why: Why somebody wants it, and what it does not cover.
        type: Policy type.
        phase: 1 infrastructure protection, 2 insights, 3 automation.
        controls: Security Hub or other control IDs that it serves.
        parameters: Values that the configuration supplies, by name.
        exemptions: Role classes that every statement leaves out.
        statements: Statements (SCP, RCP); may hold placeholders.
        content: The whole document of a policy type that configures a service.
        denied: Proofs that must be denied, as written: placeholders are filled in later.
        allowed: Proofs that must stay allowed.
    """

    id: Name
    title: Annotated[str, StringConstraints(min_length=10, max_length=100)]
    why: Text
    type: PolicyType
    phase: Literal[1, 2, 3]
    controls: tuple[Text, ...] = ()
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    exemptions: tuple[RoleClass, ...] = ()
    statements: list[Json] = Field(default_factory=list)
    content: dict[str, Json] = Field(default_factory=dict)
    denied: list[dict[str, Json]] = Field(default_factory=list)
    allowed: list[dict[str, Json]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_whole(self) -> Guardrail:
        """Check what the fields must have together."""
        if self.type.decides:
            self._has_statements_and_proofs()
        elif self.statements or self.denied or self.allowed or self.exemptions:
            raise ValueError(
                f"a {self.type.value} has content, not statements, proofs or exemptions"
            )
        elif not self.content:
            raise ValueError("content is empty")
        self._declares_its_parameters()
        return self

    def _has_statements_and_proofs(self) -> None:
        """A policy that decides on requests has statements, and proofs of both kinds."""
        if not self.statements or self.content:
            raise ValueError(f"a {self.type.value} has statements and no content")
        for kind, proofs in (("denied", self.denied), ("allowed", self.allowed)):
            if len(proofs) < MINIMUM_PROOFS:
                raise ValueError(f"{kind}: at least {MINIMUM_PROOFS} proofs, got {len(proofs)}")

    def _declares_its_parameters(self) -> None:
        """Each parameter is declared and used."""
        asked = set(parameters([*self.statements, self.content, *self.denied, *self.allowed]))
        for proof in (*self.denied, *self.allowed):
            when = proof.get("when", {})
            asked.update(when if isinstance(when, dict) else ())
        if missing := sorted(asked - set(self.parameters)):
            raise ValueError(f"parameters: {', '.join(missing)} not declared")
        if unused := sorted(set(self.parameters) - asked):
            raise ValueError(f"parameters: {', '.join(unused)} declared but not used")
