"""What a Fargate service may not be given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2

from baseline.errors import BaselineError
from baseline.workload.function import check_environment
from baseline.workload.machines import check_subnets

USER = re.compile(r"[0-9]{1,10}(:[0-9]{1,10})?")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PORTS = (1024, 65_535)
"""A process that is not root opens no port below."""

TASKS = 2


def check_service(
    *,
    vpc: ec2.IVpc,
    subnets: Sequence[ec2.ISubnet],
    digest: str,
    user: str,
    port: int,
    environment: Mapping[str, str],
    writable: Sequence[str],
    tasks: tuple[int, int],
) -> None:
    """Refuse what would make a service weaker than its name says.

    Raises:
        BaselineError: names the argument, its value and what to do.
    """
    check_subnets(vpc, subnets)
    check_environment(environment)
    if not DIGEST.fullmatch(digest):
        raise BaselineError(
            f"digest is {digest!r}; name the image by its digest, 'sha256:' and 64 hexadecimal "
            "digits, because a tag can be moved to another image"
        )
    if not USER.fullmatch(user) or int(user.split(":", maxsplit=1)[0]) == 0:
        raise BaselineError(
            f"user is {user!r}; give the container a numeric user other than root, such as '10001'"
        )
    low, high = PORTS
    if not low <= port <= high:
        raise BaselineError(
            f"port must be between {low} and {high} for a user other than root, got {port}"
        )
    wrong = [path for path in writable if not path.startswith("/") or not path.strip("/")]
    if wrong:
        raise BaselineError(
            f"writable holds {wrong[0]!r}; name a directory below the root, such as '/tmp', because "
            "the root file system is read-only"
        )
    least, most = tasks
    if not TASKS <= least <= most:
        raise BaselineError(
            f"minimum must be between {TASKS}, one task per zone, and maximum, {most}, got {least}"
        )
