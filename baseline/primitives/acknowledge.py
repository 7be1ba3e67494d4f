"""Acknowledge findings of the validation plugins, one finding and one reason each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk import Acknowledgment, Aws, Validations
from constructs import IConstruct

from baseline.errors import BaselineError

PACKS = ("AwsSolutions", "HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321", "Serverless")
"""Prefixes of the rule names of the cdk-nag packs that the app runs."""

MINIMUM_REASON_LENGTH = 20


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings on a construct and what is below it, each with its compensating control.

    Args:
        construct: where the finding is; acknowledge on the resource itself, not on the stack.
        reasons: finding ID, as granular as the rule prints it
            (``AwsSolutions-IAM5[Resource::*]``), to the compensating control.

    Raises:
        BaselineError: when a reason is shorter than 20 characters.

    Source: cdk-nag 3, "Acknowledging findings".
    """
    for finding, reason in reasons.items():
        if len(reason.strip()) < MINIMUM_REASON_LENGTH:
            raise BaselineError(
                f"the reason for acknowledging {finding} is {reason!r}; write at least "
                f"{MINIMUM_REASON_LENGTH} characters that name the compensating control"
            )
    accepted = (Acknowledgment(id=key, reason=reason) for key, reason in sorted(reasons.items()))
    Validations.of(construct).acknowledge(*accepted)


def as_printed(arn: str) -> str:
    """Give an ARN as cdk-nag prints it, with ``<AWS::Partition>`` where the template has a reference.

    Args:
        arn: text with tokens of ``cdk.Aws``.
    """
    for token, name in (
        (Aws.PARTITION, "Partition"),
        (Aws.REGION, "Region"),
        (Aws.ACCOUNT_ID, "AccountId"),
    ):
        arn = arn.replace(token, f"<AWS::{name}>")
    return arn


def acknowledge_rule(
    construct: IConstruct, rule: str, reason: str, *, packs: Iterable[str] = PACKS[1:4]
) -> None:
    """Accept one rule that several packs carry under the same name (``LambdaInsideVPC``).

    Args:
        construct: as in :func:`acknowledge`.
        rule: the rule's name without its pack.
        reason: the compensating control.
        packs: prefixes of the packs that have the rule; the three framework packs by default.
    """
    acknowledge(construct, {f"{pack}-{rule}": reason for pack in packs})
