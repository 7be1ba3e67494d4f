"""LeastPrivilegeRole and ServiceRole: roles that cannot be wide by accident."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from baseline.controls.registry import implements
from baseline.errors import BaselineError
from baseline.primitives.acknowledge import MINIMUM_REASON_LENGTH, acknowledge

WITHOUT_SOURCE = ("ec2.amazonaws.com", "lambda.amazonaws.com")
"""Services that assume a role without naming a source: with a condition they never could.

Source: AWS Lambda Developer Guide, "Defining Lambda function permissions with an execution role"; IAM
User Guide, "IAM roles for Amazon EC2". Neither trust policy there has a source condition.
"""


class LeastPrivilegeRole(Construct):
    """A role with named principals, named actions, named resources, and the permissions boundary.

    A wildcard in an action or a resource is an error unless ``wildcards`` gives it a reason, which
    then stands in the list of acknowledgements. Nobody is trusted by ``*``, and nothing is allowed
    by what it is not (``NotAction``, ``NotResource``).

    Args:
        scope: parent construct.
        id: construct ID.
        description: what the role is for.
        principals: who may assume it; conditions belong to the principals.
        statements: what it may do.
        boundary: name of the permissions boundary in the role's account.
        wildcards: text of each action or resource with a wildcard, to the reason; none by default.
        role_name: physical name; only where another account or a policy has to name the role.
        session: longest session; one hour by default.

    Attributes:
        role: the ``aws_iam.Role``.
        policy: its managed policy.

    Raises:
        BaselineError: a principal is ``*``, or a wildcard has no reason; a reason has no wildcard; a
            statement does not allow, or allows by what it is not.

    Source: IAM User Guide, "Security best practices in IAM"; Security Hub IAM.1, IAM.21.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str,
        principals: Sequence[iam.PrincipalBase],
        statements: Sequence[iam.PolicyStatement],
        boundary: str,
        wildcards: Mapping[str, str] | None = None,
        role_name: str | None = None,
        session: cdk.Duration | None = None,
    ) -> None:
        super().__init__(scope, id)
        reasons = dict(wildcards or {})
        stack = cdk.Stack.of(self)
        _check_principals(self, principals)
        _check_statements(self, statements, reasons)
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            description=description,
            assumed_by=principals[0]
            if len(principals) == 1
            else iam.CompositePrincipal(*principals),
            permissions_boundary=iam.ManagedPolicy.from_managed_policy_name(
                self, "Boundary", boundary
            ),
            max_session_duration=session or cdk.Duration.hours(1),
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=description,
            statements=list(statements),
            roles=[self.role],
        )
        acknowledge(
            self.policy,
            {
                f"AwsSolutions-IAM5[{_kind(text)}::{flat(stack.resolve(text))}]": reason
                for text, reason in reasons.items()
            },
        )
        implements(self, capability="least-privilege-role", controls=["IAM.1", "IAM.21"])


class ServiceRole(LeastPrivilegeRole):
    """A role that one AWS service assumes, for this account only.

    The condition ``aws:SourceAccount`` keeps the service from using the role on behalf of somebody
    else (the confused deputy); ``source_arn`` binds it to one resource.

    Args:
        scope: parent construct.
        id: construct ID.
        service: service principal, such as ``events.amazonaws.com``.
        description: what the role is for.
        statements: what it may do.
        boundary: name of the permissions boundary in the role's account.
        source_arn: ARN, or pattern, of the resource that the service acts for; any by default.
        without_source: reason to leave the conditions out, for a service that names no source.
        wildcards: text of each action or resource with a wildcard, to the reason; none by default.
        role_name: physical name; only where another account or a policy has to name the role.

    Raises:
        BaselineError: as in :class:`LeastPrivilegeRole`; or the service names no source and no
            reason is given.

    Source: IAM User Guide, "The confused deputy problem".
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: str,
        description: str,
        statements: Sequence[iam.PolicyStatement],
        boundary: str,
        source_arn: str | None = None,
        without_source: str | None = None,
        wildcards: Mapping[str, str] | None = None,
        role_name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            description=description,
            principals=[_service(scope, service, source_arn, without_source)],
            statements=statements,
            boundary=boundary,
            wildcards=wildcards,
            role_name=role_name,
        )


def flat(value: Any) -> str:  # noqa: ANN401 - JSON of any shape
    """Give a resolved text as cdk-nag prints it: ``<LogicalId.Arn>/*``."""
    if isinstance(value, str):
        return value
    ((function, given),) = value.items()
    if function == "Fn::Join":
        return "".join(flat(part) for part in given[1])
    if function == "Fn::GetAtt":
        return f"<{'.'.join(given)}>"
    return f"<{given}>" if function == "Ref" else json.dumps(value)


def _service(
    scope: Construct, service: str, source_arn: str | None, without: str | None
) -> iam.PrincipalBase:
    if without is not None:
        if len(without.strip()) < MINIMUM_REASON_LENGTH:
            raise BaselineError(
                f"without_source of {service} is {without!r}; write a reason of at least "
                f"{MINIMUM_REASON_LENGTH} characters"
            )
        return iam.ServicePrincipal(service)
    if service in WITHOUT_SOURCE:
        raise BaselineError(
            f"{service} names no source when it assumes a role, so that a condition would keep it "
            "out; give without_source the reason why that is safe here"
        )
    conditions: dict[str, object] = {
        "StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}
    }
    if source_arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    return iam.ServicePrincipal(service, conditions=conditions)


def _check_principals(role: Construct, principals: Sequence[iam.PrincipalBase]) -> None:
    if not principals:
        raise BaselineError(f"role {role.node.path} has no principals; name who may assume it")
    for principal in principals:
        fragment = principal.policy_fragment.principal_json
        named = [item for values in fragment.values() for item in values]
        if any("*" in str(item) or "?" in str(item) for item in named):
            raise BaselineError(
                f"role {role.node.path} trusts {named[0]!r}: everybody; name an account, a role or a "
                "service"
            )


def _check_statements(
    role: Construct, statements: Sequence[iam.PolicyStatement], reasons: Mapping[str, str]
) -> None:
    used = set()
    for statement in statements:
        if statement.effect != iam.Effect.ALLOW:
            continue
        if statement.not_actions or statement.not_resources:
            raise BaselineError(
                f"role {role.node.path}, statement {statement.sid}: allows by what it is not; name "
                "actions and resources"
            )
        for text in _wide(statement):
            if text not in reasons:
                raise BaselineError(
                    f"role {role.node.path}, statement {statement.sid}: {text!r} is a wildcard; name "
                    "what is needed, or give it a reason in wildcards"
                )
            used.add(text)
    if idle := sorted(set(reasons) - used):
        raise BaselineError(
            f"role {role.node.path}: wildcards names {idle[0]!r}, which no statement has; remove it"
        )


def _wide(statement: iam.PolicyStatement) -> Iterator[str]:
    yield from (text for text in statement.actions if "*" in text or "?" in text)
    yield from (text for text in statement.resources if "*" in text or "?" in text)


def _kind(text: str) -> str:
    """Give what cdk-nag calls the text: an action has a service before its only colon."""
    return "Action" if text.count(":") == 1 and not text.startswith("arn:") else "Resource"
