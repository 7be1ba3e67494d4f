"""The CDK bootstrap of the accounts that stacks are deployed into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from baseline.local.bootstrap import Target, targets
from baseline.preflight.finding import Finding, Verdict
from baseline.preflight.look import Look, is_unusable

LEAST_VERSION = 6
"""What stacks ask for where no assembly says more (AWS CDK, "Bootstrapping")."""
POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"


def state(look: Look) -> Iterator[Finding]:
    """Look at the bootstrap stack of each target: whether it is there, its version, its trust."""
    for target in targets(look.configuration):
        reader = look.readers.get(target.account)
        if reader is None:
            continue
        answer = reader.one(
            "cloudformation",
            "DescribeStacks",
            target.region,
            absent=("ValidationError",),
            StackName=target.toolkit,
        )
        if answer is None:
            continue
        stacks = answer.get("Stacks", [])
        if not stacks or is_unusable(stacks[0]["StackStatus"]):
            yield from _missing(look, target, stacks)
            continue
        yield from _present(look, target, stacks[0])


def _missing(look: Look, target: Target, stacks: list[dict[str, Any]]) -> Iterator[Finding]:
    place = look.place(target.account, target.region)
    bucket = f"cdk-{target.qualifier}-assets-{target.account}-{target.region}"
    answer = look.readers[target.account].one(
        "s3",
        "HeadBucket",
        target.region,
        absent=("404", "NoSuchBucket"),
        telling=("301", "403"),
        Bucket=bucket,
    )
    if answer:
        yield Finding(
            check="bootstrap.bucket",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"the bucket {bucket} is left of an earlier bootstrap, or somebody else's; the bootstrap "
            "cannot make it: empty and delete it",
            commands=(f"aws s3 rb s3://{bucket} --force",),
        )
    removal = (
        (f"aws cloudformation delete-stack --stack-name {target.toolkit} --region {target.region}",)
        if stacks
        else ()
    )
    said = f"is {stacks[0]['StackStatus']}" if stacks else "does not exist"
    yield Finding(
        check="bootstrap.missing",
        verdict=Verdict.CONFLICT,
        place=place,
        message=f"the bootstrap stack {target.toolkit} {said}",
        commands=(*removal, command(look, target)),
    )


def _present(look: Look, target: Target, stack: dict[str, Any]) -> Iterator[Finding]:
    place = look.place(target.account, target.region)
    outputs = {row["OutputKey"]: row["OutputValue"] for row in stack.get("Outputs", ())}
    given = {row["ParameterKey"]: row["ParameterValue"] for row in stack.get("Parameters", ())}
    wrong = []
    least = max(LEAST_VERSION, look.expected.bootstrap_version if look.expected else 0)
    version = outputs.get("BootstrapVersion", "0")
    if not version.isdigit() or int(version) < least:
        wrong.append(f"has version {version}, the stacks need {least}")
    if given.get("Qualifier", target.qualifier) != target.qualifier:
        wrong.append(f"has the qualifier {given['Qualifier']}, not {target.qualifier}")
    trusted = given.get("TrustedAccounts", "").split(",")
    if target.account != look.names.management and look.names.management not in trusted:
        wrong.append("does not trust the management account")
    if wrong:
        yield Finding(
            check="bootstrap.outdated",
            verdict=Verdict.CONFLICT,
            place=place,
            message=f"the bootstrap stack {target.toolkit} {' and '.join(wrong)}",
            commands=(command(look, target),),
        )
        return
    yield Finding(
        check="bootstrap.missing",
        verdict=Verdict.FINE,
        place=place,
        message=f"bootstrapped, version {version}",
    )


def command(look: Look, target: Target) -> str:
    """Give the command that bootstraps a target."""
    trust = f" --trust {look.names.management}" if target.account != look.names.management else ""
    return (
        f"npx cdk bootstrap --app '' --qualifier {target.qualifier} --toolkit-stack-name "
        f"{target.toolkit}{trust} --cloudformation-execution-policies {POLICY} {target}"
    )
