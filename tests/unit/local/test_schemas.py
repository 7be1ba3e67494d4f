"""CloudFormation's own schemas decide what a template may hold."""

import pytest

from baseline.errors import BaselineError
from baseline.local import coverage, emulators, schemas
from baseline.local.provisioners import recorder

GRAPH = "AWS::Detective::Graph"


@pytest.fixture(autouse=True)
def scope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "scope", lambda: ("222222222222", "eu-west-1"))
    monkeypatch.setattr(coverage, "_entries", {})


@pytest.mark.parametrize(
    ("resource_type", "properties", "problem"),
    [
        (GRAPH, {"AutoEnable": True}, "'AutoEnable' was unexpected"),
        (GRAPH, {"AutoEnableMembers": "perhaps"}, "AutoEnableMembers: 'perhaps'"),
        ("AWS::AccessAnalyzer::Analyzer", {}, "'Type' is a required property"),
        (
            "AWS::SecurityHub::FindingAggregator",
            {"RegionLinkingMode": "SOME"},
            "RegionLinkingMode: 'SOME' is not one of",
        ),
        (
            "AWS::S3::Bucket",
            {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Mode": "FOREVER"}}}},
            "ObjectLockConfiguration.Rule.DefaultRetention.Mode",
        ),
    ],
)
def test_violations_name_the_property(
    resource_type: str, properties: dict[str, object], problem: str
) -> None:
    assert problem in "; ".join(schemas.violations(resource_type, properties))


@pytest.mark.parametrize("value", [True, "true"])
def test_texts_that_cloudformation_accepts_are_accepted(value: object) -> None:
    assert schemas.violations(GRAPH, {"AutoEnableMembers": value}) == []


def test_recorded_resources_resolve_and_are_listed_as_declared_only() -> None:
    physical_id, attributes = recorder.record(GRAPH, "Graph", {"AutoEnableMembers": True}, "s")
    assert physical_id == attributes["Arn"]
    assert attributes["Arn"].startswith("arn:aws:detective:eu-west-1:222222222222:graph/")
    (entry,) = coverage._entries.values()
    assert (entry.type, entry.declared_only) == (GRAPH, ("*",))
    assert recorder.record(GRAPH, "Graph", {}, "s")[0] == physical_id


def test_a_violation_fails_the_deployment_and_is_not_recorded() -> None:
    with pytest.raises(BaselineError, match=r"AWS::Detective::Graph: .*AutoEnable"):
        recorder.record(GRAPH, "Graph", {"AutoEnable": True}, "s")
    assert not coverage._entries


def test_unknown_types_have_no_schema() -> None:
    with pytest.raises(KeyError, match="AWS::Made::Up"):
        schemas.schema_of("AWS::Made::Up")
