"""Who writes to buckets, topics and queues, and uses their keys: the right source, and no other.

``@cloud-copilot/iam-simulate`` answers from the synthesized policies alone. First every writer by
name, with what may go wrong; then, without names, every service principal of every policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baseline.primitives.service_access import CONTEXT_KEYS, EXCEPTIONS, SOURCE_KEYS
from tests.contract.policy_lint import listed, services
from tests.contract.writer_table import BUCKET, FIT, KEY_HEADER, NO_TLS, ROWS
from tests.contract.writers import ALLOWED, DENIED, Ask, Context, Policy, Templates, ask, policies

pytestmark = pytest.mark.tools
Policies = dict[str, Policy]

HASH = re.compile(r"(Bucket|Topic)?[0-9A-F]{8}")


def named(found: Policies, start: str) -> Policy:
    """Give the policy of the resource whose stack and logical ID are these, without the hash."""
    (one,) = [
        policy
        for where, policy in found.items()
        if where.startswith(start) and HASH.fullmatch(where.removeprefix(start))
    ]
    return one


def listens(found: Policies) -> Iterator[tuple[str, Ask, bool]]:
    """Give each request of the table, with its name and whether it is right."""
    for name, start, principal, action, path, context, wrong in ROWS:
        policy = named(found, start)
        right = Ask(policy=policy, principal=principal, action=action, path=path, context=context)
        yield name, filled(right), True
        for what, changes in wrong.items():
            yield f"{name}: {what}", filled(replace(right, **changes)), False


def filled(one: Ask) -> Ask:
    """Put in what only CloudFormation knows, as the statement of the service has it."""
    known: Context = {}
    for statement in one.policy.document["Statement"]:
        if one.principal in services(statement):
            known.update(fitting(statement))
    context = {k: known[k] if value == FIT else value for k, value in one.context.items()}
    return replace(one, context=context)


@pytest.fixture(scope="module")
def found(assembly: Path, templates: Templates) -> Policies:
    return policies(assembly, templates)


def test_every_writer_writes_and_nobody_in_its_place(found: Policies) -> None:
    asked = list(listens(found))
    answers = ask([each for _, each, _ in asked])
    wrong = [
        f"{name}: {answer}"
        for (name, _, right), answer in zip(asked, answers, strict=True)
        if (answer != ALLOWED if right else answer not in DENIED)
    ]
    assert len(asked) > 120
    assert wrong == []


def test_server_access_logs_come_from_the_bucket_that_they_are_about(
    found: Policies, templates: Templates
) -> None:
    """Each statement of the targets, of every Region: its bucket, its account, its prefix."""
    seen: list[tuple[str, Ask, bool]] = []
    for policy in found.values():
        if policy.kind != "s3":
            continue
        for statement in policy.document["Statement"]:
            if "logging.s3.amazonaws.com" not in services(statement):
                continue
            condition = statement["Condition"]
            source = {**condition["ArnEquals"], **condition["StringEquals"]}
            prefix = statement["Resource"].removeprefix(f"{policy.arn}/").removesuffix("*")
            right = Ask(
                policy=policy,
                principal="logging.s3.amazonaws.com",
                action="s3:PutObject",
                path=f"{prefix}2026-11-01-x",
                context=source,
            )
            foreign = {**source, "aws:SourceAccount": "666666666666"}
            other = {**source, "aws:SourceArn": "arn:aws:s3:::other"}
            where = f"{policy.where} {prefix}"
            seen.append((where, right, True))
            seen.append((f"{where}: account", replace(right, context=foreign), False))
            seen.append((f"{where}: bucket", replace(right, context=other), False))
            seen.append((f"{where}: no source", replace(right, context={}), False))
            seen.append((f"{where}: prefix", replace(right, path="other/x"), False))
            seen.append((f"{where}: no TLS", replace(right, context={**source, **NO_TLS}), False))
    answers = ask([each for _, each, _ in seen])
    logged = sum(
        "LoggingConfiguration" in resource["Properties"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::S3::Bucket"
    )
    assert len(seen) == logged * 6 > 30
    assert [
        f"{name}: {answer}"
        for (name, _, right), answer in zip(seen, answers, strict=True)
        if (answer != ALLOWED if right else answer not in DENIED)
    ] == []


FOREIGN = {
    "aws:sourceaccount": "666666666666",
    "aws:sourceorgid": "o-stranger",
    "aws:sourceorgpaths": "o-stranger/r-none/*",
}
BINDING = {*SOURCE_KEYS, *CONTEXT_KEYS}
# What stands for a pattern of actions.
SPELLED = {"kms:GenerateDataKey*": "kms:GenerateDataKey", "kms:ReEncrypt*": "kms:ReEncryptFrom"}


def fitting(statement: Mapping[str, Any]) -> Context:
    """Give a context that a statement's conditions accept."""
    context: Context = {}
    for operator, block in statement.get("Condition", {}).items():
        assert operator in {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}, operator
        for key, value in block.items():
            context[key] = str(listed(value)[0]).replace("*", "x")
    return context


def demanded(policy: Policy) -> Context:
    """Give the key that a bucket wants its objects under, where it refuses those without one."""
    found: Context = {}
    for statement in policy.document["Statement"]:
        condition = statement.get("Condition", {})
        if statement["Effect"] == "Deny" and "Null" not in condition:
            for block in condition.values():
                if KEY_HEADER in block:
                    found[KEY_HEADER] = str(listed(block[KEY_HEADER])[0]).replace("*", "x")
    return found


def foreign(key: str, value: str) -> str:
    """Give the value of a binding key that a stranger would send."""
    if key.lower() in FOREIGN:
        return FOREIGN[key.lower()]
    parts = value.split(":", 5)
    # Where every account is meant, another key binds the organization.
    if parts[4] not in {"", "x"}:
        parts[4] = "666666666666"
    else:
        parts[5] = "stranger"
    return ":".join(parts)


def swept(found: Policies) -> Iterator[tuple[str, Ask, bool]]:
    """Give, for each service in each statement, the right request and those of strangers."""
    for policy in found.values():
        for number, statement in enumerate(policy.document["Statement"]):
            if statement["Effect"] != "Allow":
                continue
            context = fitting(statement) if services(statement) else {}
            if policy.kind == "s3" and context:
                context |= demanded(policy)
            for service in services(statement):
                for action in listed(statement["Action"]):
                    resource = str(listed(statement["Resource"])[0])
                    path = resource.removeprefix(f"{policy.arn}/") if "/" in resource else ""
                    right = Ask(
                        policy=policy,
                        principal=service,
                        action=SPELLED.get(action, action),
                        path=path.replace("*", "x") if policy.kind == "s3" else "",
                        context=context,
                    )
                    name = f"{policy.where}/{statement.get('Sid', number)}: {service} {action}"
                    yield name, right, True
                    excepted = policy.kind == "kms" and service in EXCEPTIONS
                    for key in () if excepted else [k for k in context if k.lower() in BINDING]:
                        strange = {**context, key: foreign(key, context[key])}
                        yield f"{name}: foreign {key}", replace(right, context=strange), False
                        without = {k: v for k, v in context.items() if k != key}
                        yield f"{name}: no {key}", replace(right, context=without), False


def test_whatever_service_a_policy_names_it_acts_for_its_source_alone(found: Policies) -> None:
    asked = list(swept(found))
    answers = ask([each for _, each, _ in asked])
    wrong = [
        f"{name}: {answer}"
        for (name, _, right), answer in zip(asked, answers, strict=True)
        if (answer != ALLOWED if right else answer not in DENIED)
    ]
    assert len(asked) > 200
    assert wrong == []


def test_a_policy_that_is_loosened_is_noticed(found: Policies) -> None:
    """The same questions to a bucket whose statement lost its source."""
    policy = named(found, BUCKET.format("FlowLogs"))
    statements = [dict(each) for each in policy.document["Statement"]]
    for statement in statements:
        if statement.get("Sid") == "LogDeliveryWrite":
            del statement["Condition"]
    loosened = replace(policy, document={**policy.document, "Statement": statements})
    stranger = Ask(
        policy=loosened,
        principal="delivery.logs.amazonaws.com",
        action="s3:PutObject",
        path="AWSLogs/666666666666/vpcflowlogs/x.log.gz",
        context={"aws:SourceOrgID": "o-stranger"},
    )
    assert ask([stranger, replace(stranger, policy=policy)]) == [ALLOWED, "ImplicitlyDenied"]
