"""A guardrail with its parameters and exemptions filled in: what goes into a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue as Json

from baseline.errors import BaselineError
from baseline.guardrails.documents import VERSION, PolicyKind, compile_policy
from baseline.guardrails.model import Guardrail, PolicyType
from baseline.guardrails.placeholders import Values, fill
from baseline.guardrails.roles import Roles
from baseline.guardrails.service_policies import check_content

Statement = dict[str, Json]

_ORDER = (
    "Sid",
    "Effect",
    "Principal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rendered:
    """A guardrail ready to be packed.

    Attributes:
        guardrail: Where it comes from.
        statements: Statements without placeholders (SCP, RCP), with exemptions.
        content: Document without placeholders (other types).
    """

    guardrail: Guardrail
    statements: tuple[Statement, ...] = ()
    content: Mapping[str, Json] | None = None

    @property
    def type(self) -> PolicyType:
        """Give the policy type."""
        return self.guardrail.type

    @property
    def sids(self) -> tuple[str, ...]:
        """Give the Sids of the statements."""
        return tuple(str(statement["Sid"]) for statement in self.statements)


def render(guardrail: Guardrail, values: Values, roles: Roles) -> Rendered:
    """Fill in a guardrail.

    Args:
        guardrail: From the catalog.
        values: Parameter values (``values_of``); may hold more than the guardrail asks for.
        roles: The organization's exempt roles.

    Raises:
        BaselineError: A value is missing or of the wrong type, a statement has no Sid, or the
            result is not a valid policy of its type; names the guardrail.
    """
    own = _own_values(guardrail, values)
    if not guardrail.type.decides:
        content = cast("dict[str, Json]", fill(guardrail.content, own))
        check_content(guardrail.type, content, where=guardrail.id)
        return Rendered(guardrail=guardrail, content=content)
    patterns = exempt_patterns(guardrail, roles)
    filled = cast("list[Statement]", fill(guardrail.statements, own))
    statements = tuple(_ordered(_exempt(row, patterns, guardrail.id)) for row in filled)
    document = {"Version": VERSION, "Statement": list(statements)}
    compile_policy(guardrail.id, document, PolicyKind(guardrail.type.value))
    if any(not str(row.get("Sid", "")).isalnum() for row in statements):
        raise BaselineError(
            f"guardrail {guardrail.id}: every statement needs a Sid of letters and digits"
        )
    return Rendered(guardrail=guardrail, statements=statements)


def exempt_patterns(guardrail: Guardrail, roles: Roles) -> list[str]:
    """Give the ARN patterns of the roles that a guardrail exempts.

    A resource control policy also meets callers of other organizations, whose roles may have any
    name, so what an SCP exempts in every account it exempts in the account of the resource only.
    """
    patterns = [row for role_class in guardrail.exemptions for row in roles.patterns(role_class)]
    if guardrail.type is PolicyType.RCP:
        return [row.replace("::*:", "::${aws:ResourceAccount}:") for row in patterns]
    return patterns


def _own_values(guardrail: Guardrail, values: Values) -> dict[str, Json]:
    """Give the values of the guardrail's own parameters, checked against their types."""
    own: dict[str, Json] = {}
    for name, parameter in guardrail.parameters.items():
        if name not in values:
            raise BaselineError(f"guardrail {guardrail.id}: parameter {name} has no value")
        if not parameter.accepts(values[name]):
            raise BaselineError(
                f"guardrail {guardrail.id}: parameter {name} must be of type {parameter.type}, "
                f"got {values[name]!r}"
            )
        own[name] = values[name]
    return own


def _exempt(statement: Statement, patterns: list[str], guardrail: str) -> Statement:
    """Leave the exempt roles out of a statement."""
    if not patterns:
        return statement
    condition = cast("dict[str, dict[str, Json]]", statement.get("Condition", {}))
    operator = condition.get("ArnNotLike", {})
    if "aws:PrincipalArn" in operator:
        raise BaselineError(
            f"guardrail {guardrail}, statement {statement.get('Sid')}: ArnNotLike aws:PrincipalArn "
            "belongs to the exemptions; name role classes instead"
        )
    merged = {**operator, "aws:PrincipalArn": cast("Json", list(patterns))}
    return {**statement, "Condition": cast("Json", {**condition, "ArnNotLike": merged})}


def _ordered(statement: Statement) -> Statement:
    """Give a statement's elements in the order in which people read them."""
    known = {name: statement[name] for name in _ORDER if name in statement}
    return known | {name: value for name, value in statement.items() if name not in known}
