"""Analyzers in the embedded AWS: what the provisioner sets, the reader finds; what is tampered with, too."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, cast

import pytest

from baseline.local.backends import access_analyzer as backend
from baseline.local.backends import state
from baseline.local.provisioners import access_analyzer as provisioner
from baseline.local.provisioners.resource import Resource
from baseline.local.readers import READERS, Place
from baseline.local.requests import ApiRequest

TYPE = "AWS::AccessAnalyzer::Analyzer"
TAGS = [{"Key": "SecurityBaseline", "Value": "protected"}]
UNUSED = {
    "Type": "ORGANIZATION_UNUSED_ACCESS",
    "Tags": TAGS,
    "AnalyzerConfiguration": {
        "UnusedAccessConfiguration": {
            "UnusedAccessAge": 90,
            "AnalysisRule": {"Exclusions": [{"AccountIds": ["1"]}, {"ResourceTags": [TAGS]}]},
        }
    },
    "ArchiveRules": [
        {"RuleName": "drill", "Filter": [{"Property": "resource", "Eq": ["arn"]}]},
    ],
}
INTERNAL = {
    "Type": "ORGANIZATION_INTERNAL_ACCESS",
    "AnalyzerConfiguration": {
        "InternalAccessConfiguration": {
            "InternalAccessAnalysisRule": {"Inclusions": [{"ResourceArns": ["arn"]}]}
        }
    },
}


class Analyzers:
    """The service: it remembers what it is called with."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def create_analyzer(self, **given: Any) -> dict[str, str]:
        self.given = {key: value for key, value in given.items() if value is not None}
        return {"arn": "arn:aws:access-analyzer:eu-west-1:333333333333:analyzer/a"}

    def get_analyzer(self, *, analyzerName: str) -> dict[str, Any]:  # noqa: N803 - the API's name
        assert analyzerName == "a"
        return {"analyzer": self.given}

    def list_archive_rules(self, *, analyzerName: str) -> dict[str, Any]:  # noqa: N803 - as above
        assert analyzerName == "a"
        return {"archiveRules": self.given["archiveRules"]}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Analyzers:
    analyzers = Analyzers()

    def call(_: Resource, service: str, method: str, **values: Any) -> Any:
        assert service == "accessanalyzer"
        return getattr(analyzers, method)(**values)

    monkeypatch.setattr(Resource, "call", call)
    monkeypatch.setattr(Resource, "name", lambda *_: "a")
    return analyzers


def create(properties: dict[str, Any]) -> str:
    resource = Resource(
        type=TYPE,
        logical_id="Analyzer",
        stack="security",
        properties=properties,
        account="333333333333",
        region="eu-west-1",
    )
    return provisioner._create(resource).id


def differences(service: Analyzers, physical_id: str, expected: dict[str, Any]) -> set[str]:
    place = cast("Place", lambda _: service)
    return {
        check.setting for check in READERS[TYPE].read(place, physical_id, expected) if not check.ok
    }


@pytest.mark.parametrize("properties", [{"Type": "ORGANIZATION"}, UNUSED, INTERNAL])
def test_what_is_set_is_read_back(service: Analyzers, properties: dict[str, Any]) -> None:
    assert differences(service, create(properties), properties) == set()


def test_the_service_is_called_as_its_api_wants(service: Analyzers) -> None:
    create(UNUSED)
    assert service.given["configuration"] == {
        "unusedAccess": {
            "unusedAccessAge": 90,
            "analysisRule": {
                "exclusions": [
                    {"accountIds": ["1"]},
                    {"resourceTags": [{"SecurityBaseline": "protected"}]},
                ]
            },
        }
    }


@pytest.mark.parametrize(
    ("key", "value", "setting"),
    [
        ("type", "ORGANIZATION", "Type"),
        ("configuration", {"unusedAccess": {"unusedAccessAge": 365}}, "AnalyzerConfiguration"),
        ("archiveRules", [{"ruleName": "all", "filter": {}}], "ArchiveRules"),
        ("tags", {}, "Tags"),
    ],
)
def test_what_somebody_changes_is_a_difference(
    service: Analyzers, key: str, value: Any, setting: str
) -> None:
    physical_id = create(UNUSED)
    service.given[key] = value
    assert differences(service, physical_id, UNUSED) == {setting}


def test_an_analyzer_without_a_configuration_answers_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The configuration is a union: clients refuse an answer with an empty one."""
    monkeypatch.setattr(state, "_STATE", defaultdict(dict))

    def request(operation: str, **parameters: Any) -> ApiRequest:
        return ApiRequest(
            account="333333333333",
            region="eu-west-1",
            service="access-analyzer",
            operation=operation,
            parameters={"analyzerName": "a", **parameters},
            principal_arn="arn:aws:iam::333333333333:role/Deployer",
            caller_arn="arn:aws:sts::333333333333:assumed-role/Deployer/x",
        )

    backend.create(request("CreateAnalyzer", type="ORGANIZATION"))
    assert "configuration" not in backend.get(request("GetAnalyzer"))["analyzer"]
    unused = {"unusedAccess": {"unusedAccessAge": 30}}
    backend.update(request("UpdateAnalyzer", configuration=unused))
    assert backend.get(request("GetAnalyzer"))["analyzer"]["configuration"] == unused
