"""Fixtures of the settings' fault tests: moto, what it lacks, and the injector in front of both."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.client import BaseClient

from tests.faults.injector import Injector, install
from tests.unit.settings.calls import Calls
from tests.unit.settings.conftest import (
    aws,
    organization,
    run_sweep,
    settings_environment,
    wanted,
)
from tests.unit.settings.handlers import settings

__all__ = ["aws", "organization", "run_sweep", "settings_environment", "wanted"]

HOME = "eu-west-1"
EC2 = {
    "GetInstanceMetadataDefaults": "ModifyInstanceMetadataDefaults",
    "GetImageBlockPublicAccessState": "EnableImageBlockPublicAccess",
    "GetSerialConsoleAccessStatus": "DisableSerialConsoleAccess",
}
# What the example wants, and what other configurations want.
MORE: dict[str, Any] = {
    "public_access_block": {},
    "image_scanning": {},
    "ec2_attributes": {"hop_limit": 2},
    "opt_in_regions": {"governed": ["eu-west-1", "me-south-1"]},
    "ebs_encryption": {"key": "alias/volumes"},
}


class Answers(Calls):
    """EC2's account attributes besides, which moto does not have either."""

    def __init__(self) -> None:
        super().__init__()
        self.anew()

    def anew(self) -> None:
        """Begin with another account."""
        self.regions = {"eu-west-1": "ENABLED_BY_DEFAULT", "me-south-1": "DISABLED"}
        self.regions["ap-east-1"] = "ENABLED"
        self.keys.clear()
        self.explorer = f"account {id(object())} {len(self.made)}"
        self.attributes: dict[str, Any] = {
            "AccountLevel": {},
            "ImageBlockPublicAccessState": "unblocked",
            "SerialConsoleAccessEnabled": True,
        }

    def __call__(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation in EC2:
            return json.loads(json.dumps(self.attributes))
        if operation == "ModifyInstanceMetadataDefaults":
            self.attributes["AccountLevel"] |= parameters
            return {}
        if operation == "EnableImageBlockPublicAccess":
            self.attributes |= parameters
            return {}
        if operation == "DisableSerialConsoleAccess":
            self.attributes["SerialConsoleAccessEnabled"] = False
            return {}
        return super().__call__(client, operation, parameters)


class Visits:
    """The function of the account settings, in one account after the other."""

    def __init__(
        self, answers: Answers, injector: Injector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.answers, self.injector, self._monkeypatch = answers, injector, monkeypatch
        self._number = 500_000_000_000
        self.account = ""
        self.anew()

    def anew(self) -> None:
        """Go on to an account that nobody has visited."""
        self._number += 1
        self.account = str(self._number)
        self.answers.anew()
        self.injector.clear()

    def want(self, **wanted: Any) -> None:
        self._monkeypatch.setenv("WANTED", json.dumps(wanted))

    def visit(self, *, attempt: int = 5) -> dict[str, Any]:
        event = {
            "account": {"id": self.account, "name": "payments", "management": False},
            "dry_run": False,
            "attempt": attempt,
        }
        self.injector.slept.clear()
        result: dict[str, Any] = json.loads(json.dumps(settings.handler(event, self.injector)))
        return result


@pytest.fixture
def visits(aws: None, settings_environment: None, monkeypatch: pytest.MonkeyPatch) -> Visits:
    """An account in one Region, and the injector."""
    del aws, settings_environment
    answers = Answers()
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *call: answers(*call))  # noqa: PLW0108
    monkeypatch.setenv("REGIONS", HOME)
    return Visits(answers, install(monkeypatch), monkeypatch)
