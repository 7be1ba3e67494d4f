"""Macie, Detective and Organizations as the membership function sees them: no emulator has them.

Every call is checked against the service's own model, so that a misspelt parameter fails.
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

SECURITY = "333333333333"
GRAPH = "arn:aws:detective:eu-west-1:333333333333:graph:0123456789abcdef"
READS = ("Get", "List", "Describe")
Answer = dict[str, Any]


def error(operation: str, code: str, message: str = "as planned") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


class FakeAws:
    """What the services remember, Region by Region."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.sessions: dict[str, Answer] = {}
        self.macie: dict[str, Answer] = defaultdict(
            lambda: {"auto": False, "discovery": {}, "export": None, "publication": {}}
        )
        self.identifiers: list[str] = []
        self.lists: list[str] = []
        self.template: Answer = {"includes": {}, "excludes": {}, "description": "of AWS"}
        self.members: dict[tuple[str, str], str] = {}
        self.graphs = {"eu-west-1": GRAPH, "eu-central-1": GRAPH.replace("west", "central")}
        self.detective_auto: dict[str, bool] = defaultdict(bool)
        self.packages = {"DETECTIVE_CORE": {"DatasourcePackageIngestState": "STARTED"}}
        self.graph_members: dict[tuple[str, str], str] = {}
        self.unprocessed: str | None = None
        self._faults: dict[tuple[str, str], ClientError] = {}

    def fail(self, operation: str, code: str, *, region: str = "", message: str = "no") -> None:
        self._faults[operation, region] = error(operation, code, message)

    def writes(self) -> list[tuple[str, str]]:
        return [(name, region) for name, region, _ in self.calls if not name.startswith(READS)]

    def given(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, _, parameters in self.calls if name == operation]

    def __call__(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Answer:
        model = client.meta.service_model.operation_model(operation)
        if model.input_shape is not None:
            validate_parameters(parameters, model.input_shape)
        region = client.meta.region_name
        self.calls.append((operation, region, deepcopy(parameters)))
        for key in ((operation, region), (operation, "")):
            if key in self._faults:
                raise self._faults[key]
        service = client.meta.service_model.service_name
        answer = getattr(self, f"{service}_{xform_name(operation)}")(region, parameters)
        return answer or {}

    def organizations_describe_account(self, _: str, given: Answer) -> Answer:
        return {"Account": {"Email": f"aws-{given['AccountId']}@example.com"}}

    def macie2_get_macie_session(self, region: str, _: Answer) -> Answer:
        if region not in self.sessions:
            raise error("GetMacieSession", "AccessDeniedException", "Macie is not enabled")
        return self.sessions[region]

    def macie2_enable_macie(self, region: str, given: Answer) -> None:
        assert region not in self.sessions, "enabled twice"
        self.sessions[region] = given

    def macie2_update_macie_session(self, region: str, given: Answer) -> None:
        self.sessions[region] = self.sessions[region] | given

    def macie2_describe_organization_configuration(self, region: str, _: Answer) -> Answer:
        return {"autoEnable": self.macie[region]["auto"], "maxAccountLimitReached": False}

    def macie2_update_organization_configuration(self, region: str, given: Answer) -> None:
        self.macie[region]["auto"] = given["autoEnable"]

    def macie2_get_automated_discovery_configuration(self, region: str, _: Answer) -> Answer:
        found: Answer = self.macie[region]["discovery"]
        return {**found, **({"sensitivityInspectionTemplateId": "t"} if found else {})}

    def macie2_update_automated_discovery_configuration(self, region: str, given: Answer) -> None:
        self.macie[region]["discovery"] = given

    def macie2_list_custom_data_identifiers(self, _: str, __: Answer) -> Answer:
        return {"items": [{"id": f"id-{name}", "name": name} for name in self.identifiers]}

    def macie2_list_allow_lists(self, _: str, __: Answer) -> Answer:
        return {"allowLists": [{"id": f"id-{name}", "name": name} for name in self.lists]}

    def macie2_get_sensitivity_inspection_template(self, _: str, __: Answer) -> Answer:
        return self.template

    def macie2_update_sensitivity_inspection_template(self, _: str, given: Answer) -> None:
        assert given.pop("id") == "t"
        self.template = given

    def macie2_get_classification_export_configuration(self, region: str, _: Answer) -> Answer:
        found = self.macie[region]["export"]
        return {"configuration": found} if found else {}

    def macie2_put_classification_export_configuration(self, region: str, given: Answer) -> Answer:
        self.macie[region]["export"] = given["configuration"]
        return given

    def macie2_get_findings_publication_configuration(self, region: str, _: Answer) -> Answer:
        return {"securityHubConfiguration": self.macie[region]["publication"]}

    def macie2_put_findings_publication_configuration(self, region: str, given: Answer) -> None:
        self.macie[region]["publication"] = given["securityHubConfiguration"]

    def macie2_get_member(self, region: str, given: Answer) -> Answer:
        if (region, given["id"]) not in self.members:
            raise error("GetMember", "ResourceNotFoundException")
        return {"relationshipStatus": self.members[region, given["id"]]}

    def macie2_create_member(self, region: str, given: Answer) -> Answer:
        self.members[region, given["account"]["accountId"]] = "Enabled"
        return {"arn": "arn"}

    def macie2_update_member_session(self, region: str, given: Answer) -> None:
        assert given["status"] == "ENABLED"
        self.members[region, given["id"]] = "Enabled"

    def detective_list_graphs(self, region: str, _: Answer) -> Answer:
        found = self.graphs.get(region)
        return {"GraphList": [{"Arn": found}] if found else []}

    def detective_describe_organization_configuration(self, region: str, given: Answer) -> Answer:
        assert given["GraphArn"] == self.graphs[region]
        return {"AutoEnable": self.detective_auto[region]}

    def detective_update_organization_configuration(self, region: str, given: Answer) -> None:
        self.detective_auto[region] = given["AutoEnable"]

    def detective_list_datasource_packages(self, _: str, given: Answer) -> Answer:
        # Two pages, the second one with what was started.
        if "NextToken" not in given:
            return {"DatasourcePackages": {}, "NextToken": "more"}
        return {"DatasourcePackages": self.packages}

    def detective_update_datasource_packages(self, _: str, given: Answer) -> None:
        for name in given["DatasourcePackages"]:
            self.packages[name] = {"DatasourcePackageIngestState": "STARTED"}

    def detective_get_members(self, region: str, given: Answer) -> Answer:
        (account,) = given["AccountIds"]
        status = self.graph_members.get((region, account))
        return {"MemberDetails": [{"Status": status}] if status else []}

    def detective_create_members(self, region: str, given: Answer) -> Answer:
        (account,) = given["Accounts"]
        if self.unprocessed:
            refused = {"AccountId": account["AccountId"], "Reason": self.unprocessed}
            return {"UnprocessedAccounts": [refused]}
        self.graph_members[region, account["AccountId"]] = "ENABLED"
        return {"Members": [], "UnprocessedAccounts": []}

    def detective_start_monitoring_member(self, region: str, given: Answer) -> None:
        self.graph_members[region, given["AccountId"]] = "ENABLED"
