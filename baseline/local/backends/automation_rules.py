"""Security Hub CSPM: automation rules, which change findings as they are imported, and insights.

Rules and insights belong to an account and Region. What a rule makes of a finding is in
:mod:`baseline.local.automation_rules`.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from baseline.local import automation_rules, emulators
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_MEMBERS = (
    *("RuleName", "RuleOrder", "RuleStatus", "Description", "IsTerminal", "Criteria", "Actions"),
)
_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
_MOST_RULES = _MOST_INSIGHTS = 100


def _stored(request: ApiRequest, kind: str) -> dict[str, Any]:
    return state.regional(f"securityhub {kind}", request.account, request.region)


def _arn(request: ApiRequest, kind: str) -> str:
    start = f"arn:aws:securityhub:{request.region}:{request.account}"
    identifier = uuid.uuid4()
    if kind == "insights":
        return f"{start}:insight/{request.account}/custom/{identifier}"
    return f"{start}:automation-rule/{identifier}"


def _check(criteria: dict[str, Any]) -> None:
    unknown = sorted(set(criteria) - automation_rules.fields())
    if unknown:
        raise ServiceError(
            "InvalidInputException", f"The embedded AWS knows no criterion {', '.join(unknown)}."
        )


@answers("securityhub", "CreateAutomationRule")
def create_rule(request: ApiRequest) -> dict[str, Any]:
    """Store a rule."""
    rules = _stored(request, "rules")
    if len(rules) >= _MOST_RULES:
        raise ServiceError("LimitExceededException", "There are 100 automation rules already.")
    _check(request.parameters["Criteria"])
    arn, now = _arn(request, "rules"), datetime.now(UTC)
    given = {name: request.parameters[name] for name in _MEMBERS if name in request.parameters}
    rules[arn] = {
        "RuleStatus": "ENABLED",
        "IsTerminal": False,
        **given,
        "RuleArn": arn,
        "CreatedAt": now,
        "UpdatedAt": now,
        "CreatedBy": request.account,
    }
    return {"RuleArn": arn}


@answers("securityhub", "BatchGetAutomationRules")
def get_rules(request: ApiRequest) -> dict[str, Any]:
    """Give rules by their ARNs."""
    rules = _stored(request, "rules")
    wanted = request.parameters["AutomationRulesArns"]
    return {
        "Rules": [rules[arn] for arn in wanted if arn in rules],
        "UnprocessedAutomationRules": [_left(arn) for arn in wanted if arn not in rules],
    }


@answers("securityhub", "ListAutomationRules")
def list_rules(request: ApiRequest) -> dict[str, Any]:
    """List the rules by their order."""
    rules = sorted(_stored(request, "rules").values(), key=lambda one: int(one["RuleOrder"]))
    hidden = ("Criteria", "Actions")
    return {
        "AutomationRulesMetadata": [
            {name: value for name, value in rule.items() if name not in hidden} for rule in rules
        ]
    }


@answers("securityhub", "BatchUpdateAutomationRules")
def update_rules(request: ApiRequest) -> dict[str, Any]:
    """Change rules."""
    rules = _stored(request, "rules")
    processed, left = [], []
    for item in request.parameters["UpdateAutomationRulesRequestItems"]:
        if item["RuleArn"] not in rules:
            left.append(_left(item["RuleArn"]))
            continue
        _check(item.get("Criteria", {}))
        changed = {name: item[name] for name in _MEMBERS if name in item}
        rules[item["RuleArn"]] |= {**changed, "UpdatedAt": datetime.now(UTC)}
        processed.append(item["RuleArn"])
    return {"ProcessedAutomationRules": processed, "UnprocessedAutomationRules": left}


@answers("securityhub", "BatchDeleteAutomationRules")
def delete_rules(request: ApiRequest) -> dict[str, Any]:
    """Delete rules."""
    rules = _stored(request, "rules")
    wanted = request.parameters["AutomationRulesArns"]
    processed = [arn for arn in wanted if rules.pop(arn, None)]
    return {
        "ProcessedAutomationRules": processed,
        "UnprocessedAutomationRules": [_left(arn) for arn in wanted if arn not in processed],
    }


def _left(arn: str) -> dict[str, Any]:
    return {"RuleArn": arn, "ErrorCode": 404, "ErrorMessage": "Rule not found"}


@answers("securityhub", "BatchImportFindings")
def import_findings(request: ApiRequest) -> dict[str, Any]:
    """Import findings; the rules of the account and Region change each of them first.

    What customers and rules changed before stays, as an import cannot change it.
    """
    findings = request.parameters["Findings"]
    rules = list(_stored(request, "rules").values())
    raised = _stored(request, "raised")
    backends = emulators.module("moto.securityhub.models").securityhub_backends
    backend = backends[request.account][request.region]
    known = {finding.id: finding.data for finding in backend.findings}
    for finding in findings:
        before = known.get(finding["Id"], {})
        finding.update({name: before[name] for name in _CUSTOMERS if name in before})
        finding.update(raised.get(finding["Id"], {}))
        severity = finding.get("Severity")
        automation_rules.apply(rules, finding)
        if finding.get("Severity") != severity:
            raised[finding["Id"]] = {"Severity": finding["Severity"]}
    failed, succeeded, left = backend.batch_import_findings(findings)
    return {"FailedCount": failed, "SuccessCount": succeeded, "FailedFindings": left}


@answers("securityhub", "CreateInsight")
def create_insight(request: ApiRequest) -> dict[str, Any]:
    """Store an insight."""
    insights = _stored(request, "insights")
    if len(insights) >= _MOST_INSIGHTS:
        raise ServiceError("LimitExceededException", "There are 100 custom insights already.")
    arn = _arn(request, "insights")
    names = ("Name", "Filters", "GroupByAttribute")
    insights[arn] = {"InsightArn": arn, **{name: request.parameters[name] for name in names}}
    return {"InsightArn": arn}


def _insight(request: ApiRequest) -> dict[str, Any]:
    found = _stored(request, "insights").get(request.parameters["InsightArn"])
    if found is None:
        raise ServiceError("ResourceNotFoundException", "Insight not found", 404)
    return dict(found)


@answers("securityhub", "GetInsights")
def get_insights(request: ApiRequest) -> dict[str, Any]:
    """Give insights by their ARNs, or all."""
    insights = _stored(request, "insights")
    wanted = request.parameters.get("InsightArns") or list(insights)
    return {"Insights": [insights[arn] for arn in wanted if arn in insights]}


@answers("securityhub", "UpdateInsight")
def update_insight(request: ApiRequest) -> dict[str, Any]:
    """Change an insight."""
    found = _insight(request)
    names = ("Name", "Filters", "GroupByAttribute")
    found |= {name: request.parameters[name] for name in names if name in request.parameters}
    _stored(request, "insights")[found["InsightArn"]] = found
    return {}


@answers("securityhub", "DeleteInsight")
def delete_insight(request: ApiRequest) -> dict[str, Any]:
    """Delete an insight."""
    arn = _insight(request)["InsightArn"]
    _stored(request, "insights").pop(arn)
    return {"InsightArn": arn}
