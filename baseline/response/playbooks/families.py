"""Family: playbooks that share a function in the security account and a role in every account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration

DENIES = "the statement denies: the wider it is, the less the role may do"


def _nothing() -> list[iam.PolicyStatement]:
    return []


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What the playbooks of one kind may do.

    Attributes:
        id: one word, such as ``identity``; the handler's ``<id>_steps`` and ``<id>_targets`` bear it.
        title: what they deal with, for descriptions.
        statements: gives what its role may do in every account.
        reasons: cdk-nag finding of each wildcard in those statements, to its reason.
        own_statements: gives what its function may do in the security account besides what all do.
        own_reasons: the same for these.
        guards_identities: whether its role may change users and roles of an account: then it is
            denied to change the baseline's own, itself among them, and the emergency role; no by
            default.
        environment: further environment variables of the function.
        configure: gives the family what baseline.yaml chooses; None where there are no choices.
    """

    id: str
    title: str
    statements: Callable[[], Sequence[iam.PolicyStatement]]
    reasons: Mapping[str, str]
    own_statements: Callable[[], Sequence[iam.PolicyStatement]] = _nothing
    own_reasons: Mapping[str, str] = field(default_factory=dict)
    guards_identities: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    configure: Callable[[Family, Configuration], Family] | None = None
