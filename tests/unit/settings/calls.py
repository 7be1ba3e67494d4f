"""What boto3 calls: recorded, answered with an error where a test wants one, and Regions that change.

moto answers everything else. It has no opt-in Regions and no default key of volumes, so those stand
here; nor Resource Explorer, which the embedded AWS answers.
"""

from __future__ import annotations

import importlib
import threading
import uuid
from collections import defaultdict
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from baseline.local.backends import registry
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

# Its answers register with it.
importlib.import_module("baseline.local.backends.resource_explorer")
READS = ("Get", "List", "Describe", "Assume", "Head")


def error(code: str, message: str = "as planned", operation: str = "Operation") -> ClientError:
    """Make the error that a service answers with."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class Calls:
    """Stands between boto3's clients and moto.

    Attributes:
        made: service, operation and Region of each call.
        regions: state of each Region, in every account.
        keys: default key of volumes by Region, in every account.
        explorer: the one account of Resource Explorer, for all accounts.
    """

    def __init__(self) -> None:
        self.made: list[tuple[str, str, str]] = []
        self.regions = {"eu-west-1": "ENABLED_BY_DEFAULT", "eu-central-1": "ENABLED_BY_DEFAULT"}
        self.keys: dict[str, str] = defaultdict(lambda: "alias/aws/ebs")
        self.explorer = f"account {uuid.uuid4()}"
        self._faults: dict[tuple[str, str], list[ClientError]] = defaultdict(list)
        self._always: dict[tuple[str, str], ClientError] = {}
        self._real = BaseClient._make_api_call
        self._lock = threading.Lock()

    def fail(self, operation: str, code: str, *, region: str = "", times: int = 0) -> None:
        """Let an operation fail, in one Region or in all, a number of times or always."""
        planned = error(code, operation=operation)
        if times:
            self._faults[operation, region] += [planned] * times
        else:
            self._always[operation, region] = planned

    def heal(self) -> None:
        """Let everything succeed again, and forget what was called."""
        self._faults.clear()
        self._always.clear()
        self.made.clear()

    def writes(self) -> list[tuple[str, str, str]]:
        """Give the calls that change something, sessions aside."""
        return [call for call in self.made if not call[1].startswith(READS)]

    def __call__(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        service, region = client.meta.service_model.service_name, client.meta.region_name
        with self._lock:
            self.made.append((service, operation, region))
            for key in ((operation, region), (operation, "")):
                if key in self._always:
                    raise self._always[key]
                if self._faults[key]:
                    raise self._faults[key].pop(0)
        if service == "account" and "Region" in operation:
            return self._answer(operation, parameters)
        if "EbsDefaultKmsKeyId" in operation:
            self.keys[region] = parameters.get("KmsKeyId", self.keys[region])
            return {"KmsKeyId": self.keys[region]}
        if service == "resource-explorer-2":
            return self._explore(region, operation, parameters)
        return self._real(client, operation, parameters)

    def _explore(self, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        request = ApiRequest(
            account=self.explorer,
            region=region,
            service="resource-explorer-2",
            operation=operation,
            parameters=parameters,
            principal_arn="",
            caller_arn="",
        )
        answer = registry.answer_to(request)
        assert answer is not None, operation
        try:
            return answer(request)
        except ServiceError as refused:
            raise error(refused.code, refused.message, operation) from refused

    def _answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation == "ListRegions":
            rows = [
                {"RegionName": name, "RegionOptStatus": state}
                for name, state in self.regions.items()
            ]
            return {"Regions": rows}
        changing = {"EnableRegion": "ENABLING", "DisableRegion": "DISABLING"}[operation]
        self.regions[parameters["RegionName"]] = changing
        return {}
