"""``cdk bootstrap`` of the accounts that stacks are deployed into: the core accounts, a workload's."""

import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from baseline.config import Configuration, Names
from baseline.errors import BaselineError
from baseline.local.access import Access
from baseline.local.environment import Tools, cdk_environment
from baseline.local.lifecycle import tail
from baseline.local.state import State

QUALIFIER = "secbase"
"""Qualifier of the bootstrap roles; guardrails exempt the deploy roles of this qualifier and no others."""

TOOLKIT_STACK = "secbase-toolkit"
"""Name of the bootstrap stack, as in cdk.json."""

CDK_TOOLKIT = "CDKToolkit"
"""Name that the CDK gives the bootstrap stack of an application team."""

_EXECUTION_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
_BOOTSTRAP_SECONDS = 180
_AT_ONCE = 2  # each is a Node.js process of its own; the machine has few cores


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Target:
    """An account and Region to bootstrap."""

    account: str
    region: str
    qualifier: str = QUALIFIER
    toolkit: str = TOOLKIT_STACK

    def __str__(self) -> str:
        """Give it as the ``cdk`` command wants it."""
        return f"aws://{self.account}/{self.region}"


def targets(configuration: Configuration) -> tuple[Target, ...]:
    """Give what is bootstrapped: each core account at home, the management account in every governed Region.

    An account with the reference workload is bootstrapped as application teams do it, with another
    qualifier, whose roles no guardrail exempts.

    The management account has a regional part in every Region (its own stack of what a StackSet puts into
    members), because StackSets skip it.
    """
    home = configuration.home_region
    management = configuration.accounts.management.id
    core = [
        Target(account=account.id, region=home)
        for account in configuration.core_accounts().values()
    ]
    # A standalone account's stacks of other Regions need no bootstrap there.
    alone = Names.of(configuration).standalone
    other = [
        Target(account=management, region=region)
        for region in configuration.regions
        if region != home and not alone
    ]
    return tuple(dict.fromkeys([*core, *other, *workload_targets(configuration)]))


def workload_targets(configuration: Configuration) -> list[Target]:
    """Give where the reference workload is bootstrapped; us-east-1 works with the roles of this Region."""
    workload = configuration.workload
    if workload is None:
        return []
    return [
        Target(
            account=workload.account,
            region=workload.region or configuration.home_region,
            qualifier=workload.qualifier,
            toolkit=CDK_TOOLKIT,
        )
    ]


def bootstrap(
    configuration: Configuration,
    access: Access,
    tools: Tools,
    state: State,
    *,
    only: Iterable[Target] | None = None,
) -> Iterator[tuple[Target, bool]]:
    """Bootstrap what is not bootstrapped yet; yield each target with whether something was done.

    Args:
        configuration: The configuration.
        access: The embedded AWS.
        tools: The repository's tools.
        state: Where the logs go.
        only: What to bootstrap; all :func:`targets` by default.

    Raises:
        BaselineError: One failed; the message shows the command's last lines.
    """
    management = configuration.accounts.management.id

    def one(target: Target) -> tuple[Target, bool]:
        if _is_bootstrapped(access, target):
            return target, False
        _run(command(target, management, tools), target, access, tools, state)
        return target, True

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        yield from pool.map(one, targets(configuration) if only is None else tuple(only))


def command(target: Target, management: str, tools: Tools) -> list[str]:
    """Give the command that bootstraps one target.

    ``--app ''`` keeps it from running the app; an account other than the management account trusts that one,
    from which everything is deployed.
    """
    trust = ["--trust", management] if target.account != management else []
    return [
        *(str(tools.cdk), "bootstrap", str(target), "--app", ""),
        *("--qualifier", target.qualifier, "--toolkit-stack-name", target.toolkit),
        *("--cloudformation-execution-policies", _EXECUTION_POLICY),
        *trust,
    ]


def _is_bootstrapped(access: Access, target: Target) -> bool:
    client = access.client("cloudformation", target.account, target.region)
    try:
        stacks = client.describe_stacks(StackName=target.toolkit)["Stacks"]
    except ClientError:
        return False
    return bool(stacks) and stacks[0]["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def _run(arguments: list[str], target: Target, access: Access, tools: Tools, state: State) -> None:
    log: Path = state.log(f"bootstrap-{target.account}-{target.region}")
    environment = cdk_environment(
        tools,
        endpoint=access.endpoint,
        credentials=access.credentials(target.account),
        region=target.region,
    )
    with log.open("wb") as output:
        result = subprocess.run(  # noqa: S603 the pinned cdk, no shell
            arguments,
            cwd=tools.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=_BOOTSTRAP_SECONDS,
            check=False,
        )
    if result.returncode != 0:
        raise BaselineError(
            f"cdk bootstrap {target} ended with status {result.returncode}; {tail(log)}"
        )
