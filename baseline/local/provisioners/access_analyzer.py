"""AWS::AccessAnalyzer::Analyzer with archive rules."""

from collections.abc import Mapping
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _archive_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    members = {"Contains": "contains", "Eq": "eq", "Exists": "exists", "Neq": "neq"}
    return {
        "ruleName": rule["RuleName"],
        "filter": {
            one["Property"]: {members[k]: v for k, v in one.items() if k in members}
            for one in rule["Filter"]
        },
    }


def _name(resource: Resource) -> str:
    return resource.name("AnalyzerName")


def _create(resource: Resource) -> Physical:
    answer = resource.call(
        "accessanalyzer",
        "create_analyzer",
        analyzerName=_name(resource),
        type=resource.properties["Type"],
        archiveRules=[_archive_rule(rule) for rule in resource.get("ArchiveRules", [])],
        tags=resource.tags(),
        configuration=_configuration(resource),
    )
    return Physical(id=answer["arn"], attributes={"Arn": answer["arn"]})


def _configuration(resource: Resource) -> dict[str, Any] | None:
    given = resource.get("AnalyzerConfiguration", {})
    unused = given.get("UnusedAccessConfiguration")
    internal = given.get("InternalAccessConfiguration")
    if unused is not None:
        return {"unusedAccess": _unused(unused)}
    if internal is not None:
        rule = internal.get("InternalAccessAnalysisRule", {})
        return {"internalAccess": {"analysisRule": {"inclusions": _criteria(rule, "Inclusions")}}}
    return None


def _unused(given: Mapping[str, Any]) -> dict[str, Any]:
    rule = given.get("AnalysisRule", {})
    found: dict[str, Any] = {"analysisRule": {"exclusions": _criteria(rule, "Exclusions")}}
    if "UnusedAccessAge" in given:
        found["unusedAccessAge"] = int(given["UnusedAccessAge"])
    return found


def _criteria(rule: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    members = {
        "AccountIds": "accountIds",
        "ResourceArns": "resourceArns",
        "ResourceTypes": "resourceTypes",
    }
    return [
        {
            **{members[name]: value for name, value in one.items() if name in members},
            **(
                {
                    "resourceTags": [
                        {tag["Key"]: tag["Value"] for tag in tags} for tags in one["ResourceTags"]
                    ]
                }
                if "ResourceTags" in one
                else {}
            ),
        }
        for one in rule.get(key, [])
    ]


def _delete(arn: str, resource: Resource) -> None:
    resource.call("accessanalyzer", "delete_analyzer", analyzerName=arn.rpartition("/")[2])


def _update(arn: str, old: Resource, new: Resource) -> Physical:
    _delete(arn, old)
    return _create(new)


register(
    "AWS::AccessAnalyzer::Analyzer",
    create=_create,
    update=_update,
    delete=_delete,
    applies=("AnalyzerConfiguration", "AnalyzerName", "ArchiveRules", "Tags", "Type"),
)
