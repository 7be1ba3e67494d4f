"""Policy documents: parsed, checked against the rules of their type, and compiled.

Source: Organizations User Guide, "SCP syntax" (full IAM language since September 2025, no
Principal), "RCP syntax" (customer policies deny only, Principal "*" only, no NotAction, Action
names a service).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, cast

from baseline.guardrails.conditions import Clause, compile_condition
from baseline.guardrails.facts import is_condition_key
from baseline.guardrails.patterns import (
    Context,
    PolicyError,
    compile_expression,
    compile_globs,
    glob_expression,
    has_variables,
    resolve,
    variables,
)

VERSION = "2012-10-17"
FULL_ACCESS = frozenset({"FullAWSAccess", "RCPFullAWSAccess"})
# Wildcards stand in the action's name only: what one in the service's prefix means is not documented.
_ACTION_PATTERN = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_ELEMENTS = frozenset(
    ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"]
)


class PolicyKind(StrEnum):
    """The policy types that decide on requests; the value is the API's name."""

    SCP = "SERVICE_CONTROL_POLICY"
    RCP = "RESOURCE_CONTROL_POLICY"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A compiled statement.

    Attributes:
        sid: Its Sid, or ``#n`` (counted from 1) when it has none.
        effect: Allow or Deny.
        covers: Whether an action, in lower case, is one of the statement's.
        touches: Whether a resource is one of the statement's.
        clauses: The conditions; all must hold.
        everywhere: Whether it applies to every resource.
    """

    sid: str
    effect: Literal["Allow", "Deny"]
    covers: Callable[[str], bool]
    touches: Callable[[str, Context], bool]
    clauses: tuple[Clause, ...]
    everywhere: bool = False

    @property
    def always(self) -> bool:
        """Tell whether it applies to every request whose action it covers."""
        return self.everywhere and not self.clauses

    def matches(self, resource: str, context: Context) -> bool:
        """Tell whether the statement applies, its action given."""
        for clause in self.clauses:  # a loop, not all(...): this is where the time goes
            if not clause(context):
                return False
        return self.touches(resource, context)


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A compiled policy: its name (as messages show it), its type and its statements."""

    name: str
    kind: PolicyKind
    statements: tuple[Statement, ...]


def compile_policy(name: str, content: str | Mapping[str, object], kind: PolicyKind) -> Policy:
    """Compile a policy.

    Args:
        name: Name or ARN, for messages.
        content: The document, as text or loaded.
        kind: SCP or RCP; each has rules of its own.

    Raises:
        PolicyError: The document breaks the rules of its type, or has an element, operator or
            key that does not exist.
    """
    try:
        document = json.loads(content) if isinstance(content, str) else content
    except json.JSONDecodeError as error:
        raise PolicyError(f"policy {name} is not JSON: {error}") from error
    if not isinstance(document, Mapping) or document.get("Version") != VERSION:
        raise PolicyError(f"policy {name}: Version must be {VERSION!r}")
    if unknown := sorted(set(document) - {"Version", "Id", "Statement"}):
        raise PolicyError(f"policy {name}: unknown element {', '.join(unknown)}")
    raw = document.get("Statement")
    statements = raw if isinstance(raw, list) else [raw]
    compiled = [
        _known(statement, number, name, kind) for number, statement in enumerate(statements, 1)
    ]
    return Policy(name, kind, tuple(compiled))


# Units mostly have the same guardrails, so the same statements stand in many policies.
_compiled: dict[tuple[PolicyKind, int, str], Statement] = {}


def _known(raw: object, number: int, policy: str, kind: PolicyKind) -> Statement:
    """Compile one statement, unless the same one has been compiled before."""
    # Its place in the policy is the name of a statement that has none.
    named = isinstance(raw, Mapping) and raw.get("Sid")
    key = (kind, 0 if named else number, json.dumps(raw, sort_keys=True, default=str))
    if key not in _compiled:
        _compiled[key] = _statement(raw, number, policy, kind)
    return _compiled[key]


def _statement(raw: object, number: int, policy: str, kind: PolicyKind) -> Statement:
    """Compile one statement."""
    if not isinstance(raw, Mapping):
        raise PolicyError(f"policy {policy}: statement {number} is not an object")
    statement = cast("Mapping[str, object]", raw)
    sid = str(statement.get("Sid") or f"#{number}")
    where = f"policy {policy}, statement {sid}"
    check_shape(statement, kind, where)
    condition = statement.get("Condition", {})
    if not isinstance(condition, Mapping) or not all(
        isinstance(keys, Mapping) for keys in condition.values()
    ):
        raise PolicyError(f"{where}: Condition must map operators to keys to values")
    return Statement(
        sid=sid,
        effect="Allow" if statement["Effect"] == "Allow" else "Deny",
        covers=_actions(statement, where),
        touches=_resources(statement, where),
        clauses=tuple(compile_condition(condition, where=where)),
        everywhere="*" in _strings(statement.get("Resource", "-"), where, "Resource"),
    )


def check_shape(statement: Mapping[str, object], kind: PolicyKind, where: str) -> None:
    """Refuse elements that do not exist, and combinations that the type does not allow.

    Raises:
        PolicyError: names ``where`` and the element.
    """
    if unknown := sorted(set(statement) - _ELEMENTS):
        raise PolicyError(f"{where}: {', '.join(unknown)} is not allowed in a {kind.name}")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise PolicyError(f"{where}: Effect must be Allow or Deny, got {statement.get('Effect')!r}")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise PolicyError(f"{where}: needs exactly one of {one} and {other}")
    if kind is PolicyKind.SCP and "Principal" in statement:
        raise PolicyError(f"{where}: an SCP has no Principal; use the key aws:PrincipalArn")
    if kind is PolicyKind.RCP:
        _check_rcp(statement, where)


def _check_rcp(statement: Mapping[str, object], where: str) -> None:
    """Refuse what Organizations refuses in a resource control policy."""
    if "NotAction" in statement:
        raise PolicyError(f"{where}: an RCP has no NotAction; name the actions")
    if statement.get("Principal") != "*":
        raise PolicyError(f'{where}: an RCP needs "Principal": "*"')
    if statement["Effect"] == "Allow":
        if where.startswith("policy RCPFullAWSAccess,"):
            return
        raise PolicyError(f"{where}: an RCP can only deny")
    if "*" in _strings(statement["Action"], where, "Action"):
        raise PolicyError(f"{where}: an RCP must name the service in Action, '*' is refused")


def _actions(statement: Mapping[str, object], where: str) -> Callable[[str], bool]:
    """Compile Action or NotAction to a function of an action in lower case."""
    element = "Action" if "Action" in statement else "NotAction"
    patterns = _strings(statement[element], where, element)
    for pattern in patterns:
        if pattern not in {"*", "*:*"} and not _ACTION_PATTERN.fullmatch(pattern):
            raise PolicyError(f"{where}: {pattern!r} is not of the form service:Action")
    match = compile_globs([pattern.lower() for pattern in patterns])
    if element == "Action":
        return lambda action: bool(match(action))
    return lambda action: not match(action)


def _resources(statement: Mapping[str, object], where: str) -> Callable[[str, Context], bool]:
    """Compile Resource or NotResource; a variable without value matches no resource.

    What a variable without value means in NotResource is not documented, so it is refused.
    """
    element = "Resource" if "Resource" in statement else "NotResource"
    patterns = _strings(statement[element], where, element)
    wanted = element == "Resource"
    if "*" in patterns:
        return lambda _resource, _context: wanted
    for key in (key for pattern in patterns for key in variables(pattern)):
        if not is_condition_key(key):
            raise PolicyError(f"{where}: {key!r} is not a condition key of any AWS service")
    if not wanted and any(resolve(pattern, {}) is None for pattern in patterns):
        raise PolicyError(
            f"{where}: NotResource with a variable needs a default, ${{key, 'default'}}"
        )
    fixed = compile_globs([pattern for pattern in patterns if not has_variables(pattern)])
    templates = [pattern for pattern in patterns if has_variables(pattern)]

    def touches(resource: str, context: Context) -> bool:
        if fixed(resource):
            return wanted
        filled = (resolve(template, context) for template in templates)
        found = any(
            text is not None and compile_expression(glob_expression(text))(resource)
            for text in filled
        )
        return found is wanted

    return touches


def _strings(raw: object, where: str, element: str) -> list[str]:
    """Give an element's value or values."""
    values: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
    if not values or not all(isinstance(value, str) and value for value in values):
        raise PolicyError(f"{where}: {element} must be text or a list of text, got {raw!r}")
    return [str(value) for value in values]


def _full_access(name: str, kind: PolicyKind) -> Policy:
    """Compile the policy of AWS that allows everything."""
    statement: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if kind is PolicyKind.RCP:
        statement["Principal"] = "*"
    return compile_policy(name, {"Version": VERSION, "Statement": [statement]}, kind)


FULL_AWS_ACCESS = _full_access("FullAWSAccess", PolicyKind.SCP)
RCP_FULL_AWS_ACCESS = _full_access("RCPFullAWSAccess", PolicyKind.RCP)
