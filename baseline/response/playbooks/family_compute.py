"""The playbooks about machines: compromised instances, mining, exfiltration by DNS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from baseline.config.forensics import forensic_account
from baseline.config.names import Names
from baseline.response.playbooks.compute_statements import (
    MEMORY,
    PERMISSIONS,
    Permission,
    handing_over,
)
from baseline.response.playbooks.families import Family

if TYPE_CHECKING:
    from baseline.config.configuration import Configuration


def _statements(permissions: Sequence[Permission]) -> list[iam.PolicyStatement]:
    return [each.statement() for each in permissions]


def _reasons(permissions: Iterable[Permission]) -> dict[str, str]:
    """Give the reasons; one that several permissions share names all of theirs."""
    found: dict[str, list[str]] = {}
    for permission in permissions:
        for finding, why in permission.reasons():
            if why not in found.setdefault(finding, []):
                found[finding].append(why)
    return {finding: "; ".join(reasons) for finding, reasons in found.items()}


def configured(family: Family, configuration: Configuration) -> Family:
    """Give the family what baseline.yaml chooses: memory capture, the forensic account.

    Args:
        family: the family as it is without choices.
        configuration: the validated baseline.yaml.
    """
    names, chosen = Names.of(configuration), configuration.response.compute
    account = forensic_account(configuration)
    permissions = [
        *PERMISSIONS,
        *(MEMORY if chosen.memory else ()),
        *(handing_over(account) if account else ()),
    ]
    settings = {
        "cut_connections": chosen.cut_connections,
        "memory": chosen.memory.model_dump() if chosen.memory else None,
        "forensics": {
            "account": account,
            "key_alias": names.forensic_key_alias,
            "role": names.forensic_copy_role,
        }
        if account
        else None,
    }
    return replace(
        family,
        statements=partial(_statements, permissions),
        reasons=_reasons(permissions),
        own_statements=partial(_assuming, account, names) if account else family.own_statements,
        environment={"COMPUTE": json.dumps(settings, sort_keys=True)},
    )


def _assuming(account: str, names: Names) -> list[iam.PolicyStatement]:
    role = f"arn:{cdk.Aws.PARTITION}:iam::{account}:role/{names.forensic_copy_role}"
    return [
        iam.PolicyStatement(
            sid="AssumeForensicCopies", actions=["sts:AssumeRole"], resources=[role]
        )
    ]


FAMILY = Family(
    id="compute",
    title="machines and functions",
    statements=partial(_statements, PERMISSIONS),
    reasons=_reasons(PERMISSIONS),
    configure=configured,
)
