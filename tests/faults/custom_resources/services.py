"""Services in memory for the handlers of custom resources: what they read, and what they make."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient
from botocore.response import StreamingBody

from tests.faults.injector import Fault, error

Answer = dict[str, Any]
BODY = b"package"


class Refused(Exception):  # noqa: N818 - raised only on its way into boto3
    """The service answers with an error."""


class Services:
    """State of everything, by service and Region. Making what is there already is refused."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}

    def __call__(self, client: BaseClient, operation: str, parameters: Answer) -> Answer:
        name = xform_name(operation)
        answer: Callable[..., Answer | None] = getattr(self, name)
        service = client.meta.service_model.service_name
        try:
            return answer(f"{service} {client.meta.region_name}", **parameters) or {}
        except Refused as refused:
            raise error(client, operation, Fault("refused", str(refused))) from refused

    def _make(self, kind: str, value: Any, code: str) -> Any:
        if kind in self.things:
            raise Refused(code)
        self.things[kind] = value
        return value

    def _find(self, kind: str, code: str) -> Any:
        if kind not in self.things:
            raise Refused(code)
        return self.things[kind]

    # GuardDuty, Systems Manager

    def list_detectors(self, place: str, **_: Any) -> Answer:
        return {"DetectorIds": [self.things[place]] if place in self.things else []}

    def create_detector(self, place: str, **_: Any) -> Answer:
        return {"DetectorId": self._make(place, "d1", "BadRequestException")}

    def get_parameter(self, place: str, **given: str) -> Answer:
        value = self._find(f"{place} {given['Name']}", "ParameterNotFound")
        return {"Parameter": {"Value": value}}

    def put_parameter(self, place: str, **given: str) -> Answer:
        self.things[f"{place} {given['Name']}"] = given["Value"]
        return {"Version": 1}

    # Security Hub, Cost Explorer, Security Incident Response

    def describe_hub(self, place: str) -> Answer:
        found: Answer = self._find(f"{place} hub", "InvalidAccessException")
        return found

    def enable_security_hub(self, place: str, **_: Any) -> None:
        hub = {"HubArn": "arn:hub", "ControlFindingGenerator": "STANDARD_CONTROL"}
        self._make(f"{place} hub", hub, "ResourceConflictException")

    def update_security_hub_configuration(self, place: str, **given: str) -> None:
        self.things[f"{place} hub"] |= given

    def describe_security_hub_v2(self, place: str) -> Answer:
        return {"HubV2Arn": self._find(f"{place} v2", "ResourceNotFoundException")}

    def enable_security_hub_v2(self, place: str, **_: Any) -> Answer:
        return {"HubV2Arn": self._make(f"{place} v2", "arn:v2", "ConflictException")}

    def get_anomaly_monitors(self, _place: str, **_: Any) -> Answer:
        names = [key.split()[1] for key in self.things if key.startswith("monitor ")]
        return {
            "AnomalyMonitors": [
                {"MonitorArn": name, "MonitorType": "DIMENSIONAL", "MonitorDimension": name}
                for name in names
            ]
        }

    def create_anomaly_monitor(self, _place: str, **given: Answer) -> Answer:
        name = given["AnomalyMonitor"]["MonitorDimension"]
        return {"MonitorArn": self._make(f"monitor {name}", name, "LimitExceededException")}

    def list_memberships(self, _place: str, **_: Any) -> Answer:
        found = {"membershipId": "m-1", "membershipStatus": "Active"}
        return {"items": [found] if "membership" in self.things else []}

    def create_membership(self, _place: str, **given: Any) -> Answer:
        self._make("membership", {**given, "clientToken": ""}, "ConflictException")
        return {"membershipId": "m-1"}

    def get_membership(self, _place: str, **_: Any) -> Answer:
        return dict(self.things["membership"])

    # Organizations

    def list_organizational_units_for_parent(self, _place: str, **given: str) -> Answer:
        below = {"r-exam": "Workloads", "ou-Workloads": "Production"}.get(given["ParentId"])
        units = [{"Name": below, "Id": f"ou-{below}"}] if below else []
        return {"OrganizationalUnits": units}

    # Networks

    def describe_security_groups(self, _place: str, **given: Any) -> Answer:
        rules = [{"IpProtocol": "-1"}]
        kept = {
            name: rules if self.things.get(name) != "revoked" else []
            for name in ("IpPermissions", "IpPermissionsEgress")
        }
        return {
            "SecurityGroups": [{"GroupId": given["GroupIds"][0], "GroupName": "default", **kept}]
        }

    def revoke_security_group_ingress(self, _place: str, **_: Any) -> None:
        self._make("IpPermissions", "revoked", "InvalidPermission.NotFound")

    def revoke_security_group_egress(self, _place: str, **_: Any) -> None:
        self._make("IpPermissionsEgress", "revoked", "InvalidPermission.NotFound")

    def list_firewall_domain_lists(self, _place: str, **_: Any) -> Answer:
        found = {"Name": "AWSManaged", "Id": "l-1", "ManagedOwnerName": "AWS"}
        return {"FirewallDomainLists": [found]}

    def get_firewall_config(self, _place: str, **_: Any) -> Answer:
        return {"FirewallConfig": {"FirewallFailOpen": self.things.get("mode", "DISABLED")}}

    def update_firewall_config(self, _place: str, **given: str) -> None:
        self._make("mode", given["FirewallFailOpen"], "ConflictException")

    def describe_firewall(self, _place: str, **_: Any) -> Answer:
        ready = {"SubnetId": "subnet-1", "EndpointId": "vpce-1", "Status": "READY"}
        return {"FirewallStatus": {"SyncStates": {"eu-west-1a": {"Attachment": ready}}}}

    # IAM, Security Lake, S3, Inspector

    def get_role(self, _place: str, **given: str) -> Answer:
        role = self._find(f"role {given['RoleName']}", "NoSuchEntity")
        # The status is what the waiter looks at.
        return {"Role": role, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def create_service_linked_role(self, _place: str, **_: str) -> None:
        self._make("role AWSServiceRoleForSecurityLake", {"RoleName": "x"}, "InvalidInput")

    def get_data_lake_organization_configuration(self, place: str) -> Answer:
        found: Answer = self._find(place, "ResourceNotFoundException")
        return found

    def create_data_lake_organization_configuration(self, place: str, **given: Any) -> None:
        rows = {"autoEnableNewAccount": given["autoEnableNewAccount"]}
        self._make(place, rows, "ConflictException")

    def copy_object(self, _place: str, **given: Any) -> Answer:
        self.things[f"object {given['Key']}"] = given["CopySource"]
        digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
        told = {"ChecksumSHA256": digest} if given["Key"] == "a" else {}
        return {"CopyObjectResult": told}

    def get_object(self, _place: str, **_: Any) -> Answer:
        return {"Body": StreamingBody(io.BytesIO(BODY), len(BODY))}

    def batch_get_account_status(self, place: str, **_: Any) -> Answer:
        state = {"ec2": {"status": self.things.get(place, "DISABLED")}}
        return {"accounts": [{"accountId": "333333333333", "resourceState": state}]}

    def enable(self, place: str, **_: Any) -> Answer:
        self._make(place, "ENABLED", "ConflictException")
        return {"failedAccounts": []}
