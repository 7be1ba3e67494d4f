"""Memory of a machine, captured by a tool that baseline.yaml names, through Systems Manager.

The machine is suspect and so is what it answers: the image is a witness, no proof. Its own role
reads the tool and writes the image, so it happens before the machine is isolated and its profile
detached.
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import compute_instance
from calls import Call, NothingToDo, PartlyFailed, StillRunning
from clients import Client

State = dict[str, Any]

DOCUMENT = "AWS-RunShellScript"
SECONDS = 1500
"""Longest capture; the step waits a little longer."""

FRESH = timedelta(hours=24)
RUNNING = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})


def capture_memory(call: Call) -> None:
    """Let the machine write an image of its memory into the bucket that baseline.yaml names.

    Raises:
        StillRunning: the machine writes it.
    """
    memory = compute_instance.settings().get("memory")
    if not memory:
        raise NothingToDo("memory is not captured: response.compute.memory names no tool")
    instance = compute_instance.read(call)
    _need_agent(call, instance)
    ssm, name = call.client("ssm"), instance["InstanceId"]
    image = f"{memory['output'].rstrip('/')}/{call.incident['id']}/{name}.lime"
    earlier = _earlier(ssm, call, name)
    if earlier is None:
        call.change(
            f"capture the memory of {name} into {image}",
            lambda: _send(ssm, call, name, _script(memory, image)),
        )
        if not call.dry_run:
            raise StillRunning(f"{name} begins to write its memory")
        return
    if earlier["Status"] in RUNNING:
        raise StillRunning(f"{name} writes its memory")
    found = ssm.get_command_invocation(CommandId=earlier["CommandId"], InstanceId=name)
    keys = ("CommandId", "Status", "StandardOutputContent", "StandardErrorContent")
    call.keep("command.json", {key: found.get(key) for key in keys})
    if found["Status"] != "Success":
        raise PartlyFailed(f"memory of {name}: {found['Status']}: {found['StandardErrorContent']}")
    call.note(f"memory of {name} is in {image}; its hash is in command.json")


def _need_agent(call: Call, instance: State) -> None:
    found = call.client("ssm").describe_instance_information(
        Filters=[{"Key": "InstanceIds", "Values": [instance["InstanceId"]]}]
    )["InstanceInformationList"]
    if not found or found[0]["PingStatus"] != "Online":
        raise NothingToDo("Systems Manager does not reach the machine: memory is not captured")
    if found[0]["PlatformType"] != "Linux":
        raise NothingToDo(f"memory of {found[0]['PlatformType']} is not captured")


def _earlier(ssm: Client, call: Call, instance: str) -> State | None:
    """Find the command of this look; a failed one of this execution's past is tried again."""
    since = datetime.now(UTC) - FRESH
    for page in ssm.get_paginator("list_commands").paginate(InstanceId=instance):
        for each in page["Commands"]:
            same = each.get("Comment") == _comment(call)
            if same and each["RequestedDateTime"].astimezone(UTC) > since:
                found: State = each
                return found
    return None


def _comment(call: Call) -> str:
    return f"{call.incident['id']} memory"[:100]


def _send(ssm: Client, call: Call, instance: str, script: list[str]) -> None:
    ssm.send_command(
        DocumentName=DOCUMENT,
        InstanceIds=[instance],
        Comment=_comment(call),
        TimeoutSeconds=60,
        Parameters={"commands": script, "executionTimeout": [str(SECONDS)]},
    )


def _script(memory: State, image: str) -> list[str]:
    """Give the commands: the tool runs only with the hash that baseline.yaml names."""
    tool, there = shlex.quote(memory["tool"]), shlex.quote(image)
    digest = shlex.quote(f"{memory['sha256']}  tool")
    return [
        "set -eu",
        "umask 077",
        'work="$(mktemp -d /var/tmp/memory.XXXXXX)"',
        "trap 'rm -rf \"$work\"' EXIT",
        'cd "$work"',
        f"aws s3 cp --only-show-errors {tool} tool",
        f"printf '%s\\n' {digest} | sha256sum --check --strict",
        "chmod 700 tool",
        "./tool --compress image",
        "sha256sum image",
        f"aws s3 cp --only-show-errors image {there}",
    ]
