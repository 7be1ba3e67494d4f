"""One finding of Security Hub for each check: what it says, and whether it has to be said again.

Source: AWS Security Hub User Guide, "AWS Security Finding Format (ASFF)"; AWS Security Hub API
Reference, "BatchImportFindings".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Finding = dict[str, Any]
Check = dict[str, Any]

GENERATOR = "trusted-advisor"
PLAN = "support-plan"
PLAN_TITLE = "Trusted Advisor is not available in this account"
PLAN_TEXT = (
    "The security checks of AWS Trusted Advisor need AWS Business Support+, Enterprise Support or "
    "Unified Operations. This account has none of them, so the checks are neither read nor "
    "refreshed. Subscribe the account, or list it in "
    "capabilities.trusted_advisor.excluded_accounts."
)
# What Trusted Advisor calls red and yellow, in the words of Security Hub.
SEVERITY = {"error": "HIGH", "warning": "MEDIUM"}
CONSOLE = "https://console.aws.amazon.com/trustedadvisor/home#/category/security"
RESOURCES = 32  # a finding takes no more
TITLE = 256
TEXT = 1024
# Security Hub deletes what is not updated for 90 days.
AGE = timedelta(days=30)


def of_check(check: Check, result: dict[str, Any], place: dict[str, str], now: str) -> Finding:
    """Give the finding of one check, failed or passed.

    Args:
        check: as ``DescribeTrustedAdvisorChecks`` gives it.
        result: as ``DescribeTrustedAdvisorCheckResult`` gives it.
        place: ``account``, ``partition`` and ``region`` of the finding.
        now: time of the import.
    """
    flagged = [
        each
        for each in result.get("flaggedResources", [])
        if each.get("status") in SEVERITY and not each.get("isSuppressed")
    ]
    status = result["status"] if flagged else "ok"
    resources = [_resource(each, check, place) for each in flagged[:RESOURCES]]
    text = f"{len(flagged)} resources are flagged. {check['description']}" if flagged else "Passed."
    return {
        **_common(check["id"], place, now),
        "Title": f"Trusted Advisor: {check['name']}"[:TITLE],
        "Description": text[:TEXT],
        "Severity": {"Label": SEVERITY.get(status, "INFORMATIONAL")},
        "Compliance": {"Status": "FAILED" if flagged else "PASSED"},
        "RecordState": "ACTIVE" if flagged else "ARCHIVED",
        "Resources": resources or [_account(place)],
    }


def of_plan(place: dict[str, str], now: str, *, missing: bool) -> Finding:
    """Give the finding that says whether the account's support plan allows Trusted Advisor."""
    return {
        **_common(PLAN, place, now),
        "Title": PLAN_TITLE,
        "Description": PLAN_TEXT,
        "Severity": {"Label": "INFORMATIONAL"},
        "Compliance": {"Status": "WARNING" if missing else "PASSED"},
        "RecordState": "ACTIVE" if missing else "ARCHIVED",
        "Resources": [_account(place)],
    }


def changed(new: Finding, known: Finding | None, now: datetime) -> bool:
    """Tell whether a finding has to be imported: it is new, says something else, or would end.

    Each import is an event, and an event is a message: what is as it was is left alone. What
    passed and never failed is no finding.
    """
    if known is None:
        return str(new["RecordState"]) == "ACTIVE"
    if _said(new) != _said(known):
        return True
    last = datetime.fromisoformat(known["UpdatedAt"])
    return new["RecordState"] == "ACTIVE" and now - last > AGE


def _said(finding: Finding) -> tuple[object, ...]:
    return (
        finding.get("RecordState"),
        finding.get("Compliance", {}).get("Status"),
        finding.get("Severity", {}).get("Label"),
        sorted(resource["Id"] for resource in finding.get("Resources", [])),
    )


def product(place: dict[str, str]) -> str:
    """Give the product that an account's own findings belong to."""
    account, region = place["account"], place["region"]
    return f"arn:{place['partition']}:securityhub:{region}:{account}:product/{account}/default"


def _common(name: str, place: dict[str, str], now: str) -> Finding:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"{place['account']}/{GENERATOR}/{name}",
        "ProductArn": product(place),
        "GeneratorId": f"{GENERATOR}/{name}",
        "AwsAccountId": place["account"],
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": now,
        "UpdatedAt": now,
        "Remediation": {"Recommendation": {"Text": "See Trusted Advisor.", "Url": CONSOLE}},
    }


def _account(place: dict[str, str]) -> dict[str, str]:
    return {"Type": "AwsAccount", "Id": f"AWS::::Account:{place['account']}"}


def _resource(each: dict[str, Any], check: Check, place: dict[str, str]) -> dict[str, Any]:
    """Give one flagged resource; its columns say which it is, as the ID is Trusted Advisor's own."""
    columns = zip(check.get("metadata", []), each.get("metadata", []), strict=False)
    details = {str(key)[:64]: str(value)[:256] for key, value in columns if value}
    return {
        "Type": "Other",
        "Id": each["resourceId"],
        "Region": each.get("region") or place["region"],
        **({"Details": {"Other": details}} if details else {}),
    }
