"""What a person is told to do by hand exists in the AWS CLI."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from baseline.response.playbooks import compromised_instance, crypto_mining, dns_exfiltration

STEPS = {
    step.id: step
    for playbook in (
        compromised_instance.PLAYBOOK,
        crypto_mining.PLAYBOOK,
        dns_exfiltration.PLAYBOOK,
    )
    for step in playbook.steps
}
COMMANDS = [
    command
    for step in STEPS.values()
    for command in (*step.by_hand, *step.undo)
    if command.startswith("aws ")
]
OF_THE_CLI = {"output", "region", "groups", "ingress", "egress", "protocol", "instance-ids"}
"""Options of the CLI itself, and its own names of what the API calls otherwise."""


@cache
def model(service: str) -> Any:
    return get_session().get_service_model(service)


def operations(service: str) -> dict[str, Any]:
    found = model(service)
    return {xform_name(name, "-"): found.operation_model(name) for name in found.operation_names}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_exist_with_their_options(command: str) -> None:
    words = shlex.split(command.partition(" > ")[0])
    service, operation = words[1:3]
    known = operations(service)
    assert operation in known, command
    members = known[operation].input_shape.members
    options = {xform_name(name, "-").replace("_", "-") for name in members} | OF_THE_CLI
    for word in words[3:]:
        if word.startswith("--"):
            option = re.sub(r"^(no-)", "", word.removeprefix("--").partition("=")[0])
            assert option in options, f"{option} of {command}"
