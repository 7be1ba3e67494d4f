"""Names of ours that are taken: by somebody else, by somebody here, or left of an uninstall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from baseline.live.reader import Reader
from baseline.preflight.expected import EVERY_MEMBER, GLOBAL_TYPES, Expected, Named
from baseline.preflight.finding import Finding, Imported, Verdict
from baseline.preflight.look import Look, is_unusable

# Service, operation, key of the list, and how an entry gives name and identifier.
_Entry = Callable[[dict[str, Any]], tuple[str, dict[str, str]]]


def _named(key: str, identifier: str, value: str = "") -> _Entry:
    """Read an entry whose name stands under a key, and whose identifier under another."""
    return lambda row: (str(row[key]), {identifier: str(row[value or key])})


def _topic(row: dict[str, Any]) -> tuple[str, dict[str, str]]:
    arn = str(row["TopicArn"])
    return arn.rpartition(":")[2], {"TopicArn": arn}


LISTS: Final[dict[str, tuple[str, str, str, _Entry, dict[str, Any]]]] = {
    "AWS::Events::EventBus": ("events", "ListEventBuses", "EventBuses", _named("Name", "Name"), {}),
    "AWS::IAM::Group": ("iam", "ListGroups", "Groups", _named("GroupName", "GroupName"), {}),
    "AWS::IAM::ManagedPolicy": (
        "iam",
        "ListPolicies",
        "Policies",
        _named("PolicyName", "PolicyArn", "Arn"),
        {"Scope": "Local"},
    ),
    "AWS::IAM::Role": ("iam", "ListRoles", "Roles", _named("RoleName", "RoleName"), {}),
    "AWS::IAM::User": ("iam", "ListUsers", "Users", _named("UserName", "UserName"), {}),
    "AWS::KMS::Alias": ("kms", "ListAliases", "Aliases", _named("AliasName", "AliasName"), {}),
    "AWS::Logs::LogGroup": (
        "logs",
        "DescribeLogGroups",
        "logGroups",
        _named("logGroupName", "LogGroupName"),
        {},
    ),
    "AWS::S3::Bucket": ("s3", "ListBuckets", "Buckets", _named("Name", "BucketName"), {}),
    "AWS::SNS::Topic": ("sns", "ListTopics", "Topics", _topic, {}),
    "AWS::StepFunctions::StateMachine": (
        "stepfunctions",
        "ListStateMachines",
        "stateMachines",
        _named("name", "Arn", "stateMachineArn"),
        {},
    ),
}
"""How the names of a type are listed."""


def stacks(look: Look) -> Iterator[Finding]:
    """A stack whose first deployment failed has to go before it can be deployed."""
    for expected in look.expected.stacks if look.expected else ():
        if expected.account not in look.readers:
            continue
        found = look.stacks(expected.account, expected.region)
        if found is None:
            continue
        status = found.get(expected.name)
        place = look.place(expected.account, expected.region)
        if status is not None and is_unusable(status):
            yield Finding(
                check="names.stack",
                verdict=Verdict.CONFLICT,
                place=place,
                message=f"the stack {expected.name} is {status}; delete it first",
                commands=(
                    (
                        "aws cloudformation update-termination-protection --no-enable-termination-protection "
                        f"--stack-name {expected.name} --region {expected.region}"
                    ),
                    f"aws cloudformation delete-stack --stack-name {expected.name} --region {expected.region}",
                ),
            )
        else:
            said = "new" if status is None else status
            yield Finding(
                check="names.stack",
                verdict=Verdict.FINE,
                place=place,
                message=f"stack {expected.name}: {said}",
            )


def stack_sets(look: Look) -> Iterator[Finding]:
    """StackSets of our names without the stack that makes them."""
    home = look.names.home_region
    if look.expected is None or look.is_deployed(look.names.management, home, look.ours("members")):
        return
    rows = look.management.every(
        "cloudformation", "ListStackSets", "Summaries", home, Status="ACTIVE"
    )
    there = {row["StackSetName"] for row in rows or ()}
    for name in look.expected.stack_sets:
        if name in there:
            yield Finding(
                check="names.stack-set",
                verdict=Verdict.CONFLICT,
                place=look.place(look.names.management, home),
                message=f"the StackSet {name} exists, without the stack {look.ours('members')}; look at its "
                "instances, then delete it",
                commands=(
                    f"aws cloudformation list-stack-instances --stack-set-name {name} --region {home}",
                    f"aws cloudformation delete-stack-set --stack-set-name {name} --region {home}",
                ),
            )


def resources(look: Look) -> Iterator[Finding]:
    """Compare the names of resources with what exists in each account that can be read."""
    if look.expected is None:
        return
    for account, reader in look.readers.items():
        places = _places(look, account)
        for (kind, region), rows in places.items():
            there = _list(reader, kind, region)
            if there is None:
                continue
            found = list(_compare(look, account, kind, rows, there))
            yield from found
            if not found:
                yield Finding(
                    check="names.taken",
                    verdict=Verdict.FINE,
                    place=look.place(account, "" if kind in GLOBAL_TYPES else region),
                    message=f"{len(rows)} names of {kind} are free or the baseline's own",
                )


def _compare(
    look: Look, account: str, kind: str, rows: list[Named], there: dict[str, dict[str, Any]]
) -> Iterator[Finding]:
    """Compare the names of one type with those that exist."""
    for row in rows:
        if row.name in there:
            yield from _taken(look, account, row, there[row.name])
    if kind == "AWS::S3::Bucket":
        yield from _foreign(look, account, [row for row in rows if row.name not in there])


def _places(look: Look, account: str) -> dict[tuple[str, str], list[Named]]:
    """Give the names that an account gets, by type and Region."""
    expected: Expected | None = look.expected
    found: dict[tuple[str, str], dict[str, Named]] = {}
    for row in expected.named if expected else ():
        member = row.account == EVERY_MEMBER and account != look.names.management
        if row.type in LISTS and (row.account == account or member):
            region = look.names.home_region if row.type in GLOBAL_TYPES else row.region
            found.setdefault((row.type, region), {}).setdefault(row.name, row)
    return {place: list(rows.values()) for place, rows in found.items()}


def _list(reader: Reader, kind: str, region: str) -> dict[str, dict[str, Any]] | None:
    service, operation, key, entry, parameters = LISTS[kind]
    where = "" if kind in GLOBAL_TYPES else region
    rows = reader.every(service, operation, key, where, **parameters)
    if rows is None:
        return None
    found = {}
    for row in rows:
        name, identifier = entry(row)
        found[name] = {"identifier": identifier, "key": row.get("TargetKeyId", "")}
    return found


def _taken(look: Look, account: str, row: Named, there: dict[str, Any]) -> Iterator[Finding]:
    """Say what becomes of a resource that has a name of ours."""
    if row.name == look.configuration.break_glass.role:
        return  # asked for by a check of its own
    member = row.account == EVERY_MEMBER
    deployed = (
        look.has_stack_set(account, row.region, row.stack)
        if member
        else look.is_deployed(account, row.region, row.stack_name)
    )
    if deployed:
        return
    place = look.place(account, "" if row.type in GLOBAL_TYPES else row.region)
    if row.retained and not member:
        imported = [
            Imported(stack=row.stack, logical_id=row.logical_id, identifier=there["identifier"])
        ]
        if row.key and there["key"]:
            imported.append(
                Imported(stack=row.stack, logical_id=row.key, identifier={"KeyId": there["key"]})
            )
        yield Finding(
            check="names.retained",
            verdict=Verdict.IMPORT,
            place=place,
            message=f"{row.type} {row.name} exists, without the stack {row.stack_name}",
            imported=tuple(imported),
        )
        return
    whose = f"the StackSet {row.stack}" if member else f"the stack {row.stack_name}"
    yield Finding(
        check="names.taken",
        verdict=Verdict.CONFLICT,
        place=place,
        message=f"{row.type} {row.name} exists, and {whose} cannot make it; delete or rename it, or choose "
        "another prefix",
    )


def _foreign(look: Look, account: str, rows: list[Named]) -> Iterator[Finding]:
    """Bucket names are taken in all of AWS: ask for those that are not in the account."""
    for row in rows:
        answer = look.readers[account].one(
            "s3",
            "HeadBucket",
            row.region,
            absent=("404", "NoSuchBucket"),
            telling=("301", "403"),
            Bucket=row.name,
        )
        if answer:
            yield Finding(
                check="names.bucket",
                verdict=Verdict.CONFLICT,
                place=look.place(account),
                message=f"the bucket name {row.name} belongs to another account; choose another prefix",
                configuration={"prefix": _other(look.names.prefix)},
            )


def _other(prefix: str) -> str:
    """Give another prefix of at most 16 characters."""
    return f"{prefix[:14]}-2" if not prefix.endswith("-2") else f"{prefix[:-1]}3"


def policies(look: Look) -> Iterator[Finding]:
    """Organization policies keep their names when the stack goes, and no name is taken twice."""
    home = look.names.home_region
    if look.expected is None or not look.organization.knows("organizations:ListPolicies"):
        return
    if look.is_deployed(look.names.management, home, look.ours("guardrails")):
        return
    there = {policy.name: policy.id for policy in look.organization.policies}
    for row in look.expected.named:
        if row.type == "AWS::Organizations::Policy" and row.name in there:
            yield Finding(
                check="names.policy",
                verdict=Verdict.IMPORT,
                message=f"the policy {row.name} exists ({there[row.name]}), without the stack {row.stack_name}",
                imported=(
                    Imported(
                        stack=row.stack,
                        logical_id=row.logical_id,
                        identifier={"Id": there[row.name]},
                    ),
                ),
            )
