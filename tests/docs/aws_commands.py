"""What an ``aws`` command names exists: held to the models of botocore, from which the AWS CLI is made."""

from __future__ import annotations

import functools
from typing import Any

import botocore.session
from botocore import xform_name

SERVICES = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
"""Names of the AWS CLI that are not those of botocore."""

GLOBAL = {
    "--ca-bundle": 1, "--cli-connect-timeout": 1, "--cli-input-json": 1, "--cli-read-timeout": 1,
    "--color": 1, "--debug": 0, "--endpoint-url": 1, "--generate-cli-skeleton": 0, "--no-cli-pager": 0,
    "--no-paginate": 0, "--no-sign-request": 0, "--output": 1, "--profile": 1, "--query": 1,
    "--region": 1, "--max-items": 1, "--page-size": 1, "--starting-token": 1,
}  # fmt: skip
"""Options of every command, and how many values they take. Source: AWS CLI Command Reference, global options."""

OWN: dict[tuple[str, str], tuple[set[str], set[str]]] = {
    ("s3", "cp"): (set(), {"--recursive", "--sse", "--sse-kms-key-id", "--expected-bucket-owner"}),
    ("s3", "ls"): (set(), {"--recursive", "--human-readable", "--summarize"}),
    ("s3", "sync"): (set(), {"--delete", "--sse", "--sse-kms-key-id"}),
    ("s3", "rm"): (set(), {"--recursive"}),
    ("configure", "sso"): (set(), set()),
    ("configure", "list-profiles"): (set(), set()),
    ("sso", "login"): (set(), {"--sso-session"}),
    ("logs", "tail"): (set(), {"--since", "--follow", "--filter-pattern", "--format"}),
    ("cloudtrail", "validate-logs"): (
        {"--trail-arn", "--start-time"},
        {"--end-time", "--account-id", "--s3-bucket", "--s3-prefix", "--verbose"},
    ),
}  # fmt: skip
"""Commands that the CLI has of its own: required options, and others. Source: AWS CLI Command Reference."""

OUTFILE = "OUTFILE"
"""Stands for the file that operations with a stream as their answer take last."""

SHORTHANDS = {
    ("ec2", "revoke-security-group-ingress"): {"--protocol", "--port", "--cidr", "--source-group"},
    ("ec2", "revoke-security-group-egress"): {"--protocol", "--port", "--cidr"},
    ("ec2", "authorize-security-group-ingress"): {"--protocol", "--port", "--cidr"},
    ("iam", "create-virtual-mfa-device"): {"--outfile", "--bootstrap-method"},
}
"""Options that the CLI adds to an operation."""


def problems(words: list[str]) -> list[str]:
    """List what is wrong with an ``aws`` command.

    Args:
        words: after ``aws``.
    """
    given = dict.fromkeys(word.split("=", 1)[0] for word in words if word.startswith("--"))
    plain = _plain(words)
    if len(plain) < 2:
        return [f"aws needs a service and an operation, got {words}"]
    service, operation = plain[:2]
    if (service, operation) in OWN:
        required, others = OWN[service, operation]
        return _compared(set(given), required, required | others)
    operations = _operations(SERVICES.get(service, service))
    if service in SERVICES.values() or operation not in operations:
        return [f"aws {service} has no {operation}"]
    required, known = operations[operation]
    extra = SHORTHANDS.get((service, operation), set())
    if "--cli-input-json" in given:
        required = set()
    found = _compared(set(given), required, known | extra)
    streams = OUTFILE in known
    if len(plain) > 2 + streams and not _values_follow(words, plain[2:]):
        found.append(f"aws {service} {operation} takes no {plain[2:]}")
    return found


def _plain(words: list[str]) -> list[str]:
    """Give the words before the first option, global ones skipped."""
    plain: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in GLOBAL:
            del rest[: GLOBAL[word]]
        elif word.startswith("--"):
            break
        else:
            plain.append(word)
    return plain


def _values_follow(words: list[str], plain: list[str]) -> bool:
    return any(words[words.index(word) - 1].startswith("--") for word in plain)


def _compared(given: set[str], required: set[str], known: set[str]) -> list[str]:
    missing = [
        f"{name} is missing"
        for name in sorted(required - given)
        if not {_negated(name)} & given & known
    ]
    unknown = sorted(given - known - GLOBAL.keys())
    return missing + [f"{name} is unknown" for name in unknown]


@functools.cache
def _operations(service: str) -> dict[str, tuple[set[str], set[str]]]:
    """Give the operations as the CLI spells them: required options, known options."""
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return {}
    model = session.get_service_model(service)
    return {
        xform_name(name, "-"): _options(model.operation_model(name))
        for name in model.operation_names
    }


def _options(operation: Any) -> tuple[set[str], set[str]]:
    shape = operation.input_shape
    if shape is None:
        return set(), set()
    options = {name: f"--{xform_name(name, '-')}" for name in shape.members}
    required = {
        options[name]
        for name in shape.required_members
        if name not in operation.idempotent_members  # the CLI makes these up
    }
    known = set(options.values())
    known |= {_negated(options[name]) for name, member in shape.members.items() if _switch(member)}
    if operation.has_streaming_output:
        known.add(OUTFILE)
    return required, known


def _negated(option: str) -> str:
    return "--ingress" if option == "--egress" else f"--no-{option[2:]}"


def _switch(member: Any) -> bool:
    if member.type_name == "boolean":
        return True
    return member.type_name == "structure" and [
        inner.type_name for inner in member.members.values()
    ] == ["boolean"]
