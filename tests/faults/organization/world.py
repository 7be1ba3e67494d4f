"""The organization custom resource as CloudFormation's framework drives it, over an organization in memory.

The organization answers what AWS documents for a call that comes twice.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.faults.injector import Injector
from tests.unit.organization.conftest import PROPERTIES
from tests.unit.organization.fake_aws import ROOT_ID, SECURITY, STACK_ID, Answer, FakeAws, Fault
from tests.unit.organization.handler import apicalls, index

REGIONS = ["eu-west-1", "eu-central-1"]
SERVICES = ("detective", "guardduty", "inspector2", "macie2", "securityhub", "securityhubv2")
# Everything that the handler knows, so that each of its calls is made.
EVERYTHING: dict[str, Any] = {
    **PROPERTIES,
    "TrustedAccess": [
        f"{name}.amazonaws.com"
        for name in (
            *("access-analyzer", "backup", "config", "detective", "fms", "guardduty", "iam"),
            *("inspector2", "macie", "securityhub", "securitylake"),
        )
    ],
    "RegionalAdministrators": [
        {"Service": service, "AccountId": SECURITY, "Regions": REGIONS} for service in SERVICES
    ],
    "DataLakeAdministrator": SECURITY,
    "BackupSettings": ["isCrossAccountBackupEnabled", "isMpaEnabled"],
    "FirewallAdministrator": SECURITY,
    "OnDelete": "revert",
}
PASSES = 12


class Organization(FakeAws):
    """Calls that AWS documents as harmless when they come twice are harmless here."""

    def organizations_enable_aws_service_access(self, _: str, service_principal: str) -> None:
        if service_principal not in self.services:
            self.services.append(service_principal)

    def securityhub_enable_security_hub(self, region: str, **settings: object) -> None:
        if region in self.hubs:
            raise Fault("ResourceConflictException", "already subscribed", 409)
        self.hubs[region] = settings

    def ram_enable_sharing_with_aws_organization(self, region: str) -> Answer:
        self.organizations_enable_aws_service_access(region, "ram.amazonaws.com")
        return {"returnValue": True}

    def iam_enable_organizations_root_credentials_management(self, _: str) -> None:
        self._feature("RootCredentialsManagement")

    def iam_enable_organizations_root_sessions(self, _: str) -> None:
        self._feature("RootSessions")

    def iam_disable_organizations_root_credentials_management(self, _: str) -> None:
        self.root_features = [name for name in self.root_features if name == "RootSessions"]

    def iam_disable_organizations_root_sessions(self, _: str) -> None:
        self.root_features = [name for name in self.root_features if name != "RootSessions"]

    def _feature(self, name: str) -> None:
        if name not in self.root_features:
            self.root_features.append(name)

    def state(self) -> dict[str, Any]:
        """Give what is so, without what was called."""
        aside = ("calls", "faults", "page_size")
        kept = {name: copy.deepcopy(value) for name, value in vars(self).items()}
        kept["delegated"] = {key: value for key, value in kept["delegated"].items() if value}
        kept["services"] = sorted(self.services)
        return {name: value for name, value in kept.items() if name not in aside}


class World:
    """An organization and the custom resource in front of it."""

    def __init__(self, injector: Injector, properties: dict[str, Any] | None = None) -> None:
        self.injector = injector
        self.aws = Organization(parents={SECURITY: ROOT_ID})
        self.properties = properties or EVERYTHING
        injector.clear()
        injector.limit_seconds = 300

    def api(self, _context: object) -> Any:
        return apicalls.Api(
            remaining=self.injector.remaining,
            client=self.aws.client,
            region="eu-west-1",
            sleep=self.injector.sleep,
            jitter=lambda _, high: high,
        )

    def event(self, request: str = "Create", **more: Any) -> dict[str, Any]:
        made = {
            "RequestType": request,
            "StackId": STACK_ID,
            "ResourceProperties": self.properties,
            **more,
        }
        if request != "Create":
            made["PhysicalResourceId"] = "organization-features-o-exampleorgid"
        return made

    def invoke(self, entry: str, event: dict[str, Any]) -> dict[str, Any]:
        """Invoke one of the functions; it gets its whole time."""
        self.injector.slept.clear()
        answer: dict[str, Any] = getattr(index, entry)(event, None)
        assert self.injector.remaining() > 0, "the function was still at work when its time was up"
        return answer

    def drive(self, request: str = "Create", passes: int = PASSES) -> dict[str, Any]:
        """Do what the framework does: start, then ask until it is complete."""
        event = self.event(request)
        event |= self.invoke("on_event", event)
        for _ in range(passes):
            # What AWS does in its own time is done between two questions.
            self.aws.finish_policy_types()
            if self.aws.firewalls:
                self.aws.finish_firewalls()
            answer = self.invoke("is_complete", event)
            if answer["IsComplete"]:
                return answer
        raise AssertionError("never complete")
