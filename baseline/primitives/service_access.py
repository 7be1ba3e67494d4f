"""Statements that let an AWS service use a resource, bound to the source that it acts for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam

from baseline.errors import BaselineError

Conditions = Mapping[str, Mapping[str, object]]
"""IAM condition block: operator to condition key to value or list of values."""

SOURCE_KEYS = frozenset(
    {
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
    }
)
"""Global condition keys that name the resource, account or organization a service acts for."""

CONTEXT_KEYS = frozenset({"kms:encryptioncontext:aws:logs:arn"})
"""Encryption-context keys that bind as tightly: CloudWatch Logs sends the log group's ARN."""

EXCEPTIONS: Mapping[str, str] = {
    "events.amazonaws.com": (
        "EventBridge sends no source condition when it puts a message into a queue encrypted with "
        "a customer managed key: with one, messages vanish without an error"
    ),
}
"""Service principals that may use a key without a source condition, and why.

Source: Amazon EventBridge User Guide, "Troubleshooting Amazon EventBridge" (encrypted targets).
"""

POSITIVE_OPERATORS = frozenset({"stringequals", "stringlike", "arnequals", "arnlike"})
WILDCARDS = "*?:/"
ARN_COLONS = 5


def is_bound(conditions: Conditions) -> bool:
    """Tell whether the conditions name a source.

    A pattern is a source when it names the account (or a resource that has no account, such as a
    bucket): ``*`` and ``arn:aws:logs:*:*:*`` are everybody's.
    """
    for operator, block in conditions.items():
        if operator.lower() not in POSITIVE_OPERATORS:
            continue
        for key, value in block.items():
            if key.lower() not in SOURCE_KEYS | CONTEXT_KEYS:
                continue
            values = [value] if isinstance(value, str) else list(_iterable(value))
            if values and all(_names_a_source(item) for item in values):
                return True
    return False


def _iterable(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else [value]


def _names_a_source(value: object) -> bool:
    # An intrinsic function names a resource. A token stands in its place of the text as a name does:
    # that of the partition alone names nobody, and asking the CDK would cost a call each.
    if not isinstance(value, str):
        return True
    text = value
    if not text.startswith("arn:"):
        return bool(text.strip(WILDCARDS))
    # arn:partition:service:region:account:resource; a bucket's ARN has no account.
    *_, account, resource = text.split(":", ARN_COLONS)
    return bool((account or resource).strip(WILDCARDS))


def service_statement(
    service: str,
    *,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Conditions,
    exempt: bool = False,
) -> iam.PolicyStatement:
    """Build a resource-policy statement for a service principal.

    Args:
        service: service principal, such as ``cloudtrail.amazonaws.com``.
        sid: statement ID, unique in the policy.
        actions: IAM actions that the service needs.
        resources: resource ARNs of the policy's own resource.
        conditions: must bind the service to a source (``aws:SourceArn``, ``aws:SourceAccount``,
            ``aws:SourceOrgID`` ...), so that nobody else can make the service act (the confused
            deputy).
        exempt: the resource is one for which :data:`EXCEPTIONS` holds (a key).

    Raises:
        BaselineError: when nothing binds the source and the service is no documented exception.

    Source: IAM User Guide, "The confused deputy problem".
    """
    if not is_bound(conditions) and not (exempt and service in EXCEPTIONS):
        raise BaselineError(
            f"statement {sid} lets {service} in without a source condition; add aws:SourceArn, "
            "aws:SourceAccount or aws:SourceOrgID with the value that the service acts for"
        )
    return iam.PolicyStatement(
        sid=sid,
        principals=[iam.ServicePrincipal(service)],
        actions=list(actions),
        resources=list(resources),
        conditions={operator: dict(block) for operator, block in conditions.items()},
    )
