"""What a cluster of EKS may not be given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from aws_cdk import aws_ec2 as ec2

from baseline.errors import BaselineError
from baseline.workload.machines import check_subnets

KubernetesVersion = Literal["1.34", "1.35", "1.36"]
"""Versions in standard support. Source: Amazon EKS User Guide, "Understand the Kubernetes version
lifecycle on EKS"."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""Source: Amazon EKS API Reference, "CreateCluster"."""

ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")
ZONES = 2


def check_cluster(
    *,
    name: str,
    version: str,
    vpc: ec2.IVpc,
    subnets: Sequence[ec2.ISubnet],
    administrators: Mapping[str, str],
) -> None:
    """Refuse a cluster that is public, out of support, or that nobody can get into.

    Raises:
        BaselineError: names the argument, its value and what to do.
    """
    check_subnets(vpc, subnets)
    if len(subnets) < ZONES:
        raise BaselineError(
            f"subnets holds {len(subnets)}; a cluster needs private subnets in at least {ZONES} "
            "availability zones"
        )
    if not NAME.fullmatch(name):
        raise BaselineError(
            f"name is {name!r}; a cluster's name has 1 to 100 letters, digits, hyphens and "
            "underscores and starts with a letter or digit"
        )
    if version not in get_args(KubernetesVersion):
        raise BaselineError(
            f"version is {version!r}; versions in standard support are "
            f"{', '.join(get_args(KubernetesVersion))}"
        )
    if not administrators:
        raise BaselineError(
            "administrators is empty; name at least one role, such as {'platform': role.role_arn}, "
            "because the deployer gets no access of its own"
        )
    for key, role in administrators.items():
        check_role(f"administrators.{key}", role)


def check_role(place: str, role: str) -> None:
    """Refuse what is no role: users have long-lived keys, a wildcard is everybody.

    Raises:
        BaselineError: names the place and the value.
    """
    # A reference to a role that the template makes is known after the deployment only.
    if "${Token[" not in role and (not ROLE.fullmatch(role) or "*" in role):
        raise BaselineError(f"{place} is {role!r}; give the ARN of one IAM role")


def check_nodes(minimum: int, maximum: int) -> None:
    """Refuse a group that does not stand in two zones.

    Raises:
        BaselineError: names the limits.
    """
    if not ZONES <= minimum <= maximum:
        raise BaselineError(
            f"minimum must be between {ZONES}, one node per zone, and maximum, {maximum}, got {minimum}"
        )
