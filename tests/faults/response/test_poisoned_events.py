"""Poisoned events of playbooks: never another target, never a state without room, never silence
where somebody could still be contained."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import pytest

from baseline.response.playbooks.model import Playbook
from tests.faults.deliveries import HUGE, STRANGE, poisoned, sampled
from tests.faults.injector import DENIED, FOREVER
from tests.faults.response.worlds import WORLDS
from tests.unit.response import compute_world, data_events, incident_aws, machine
from tests.unit.response.test_playbooks import PLAYBOOKS

incidents = machine.index.incidents
findings = sys.modules["findings"]

EVENTS: dict[str, dict[str, Any]] = {
    "compromised-access-key": incident_aws.event("guardduty-iam-user"),
    "compromised-role-session": incident_aws.event("guardduty-assumed-role"),
    "root-use": incident_aws.event("root-sign-in"),
    "compromised-instance": compute_world.recorded("Backdoor:EC2/C&CActivity.B"),
    "exposed-bucket": data_events.event(data_events.names("exposed-bucket")[0]),
    "malware-object": data_events.event(data_events.names("malware-object")[0]),
    "exposed-database": data_events.event(data_events.names("exposed-database")[0]),
}
ODD = {"account", "accountId", "recipientAccountId", "region", "awsRegion", "AwsAccountId"}
"""Parts that name the place: another one is another place."""
