"""A template's automation rules change findings as they are imported; a unit is found by its path."""

from __future__ import annotations

import copy
from typing import Any

from tests.unit.detection.sample_events import FINDING

SECURITY = "333333333333"
PRODUCT = f"arn:aws:securityhub:eu-west-1:{SECURITY}:product/{SECURITY}/default"
OPEN = [{"Comparison": "EQUALS", "Value": status} for status in ("NEW", "NOTIFIED")]


def rule(order: int, criteria: dict[str, Any], **update: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::SecurityHub::AutomationRule",
        "Properties": {
            "RuleName": f"rule-{order}",
            "Description": "made by a test",
            "RuleOrder": order,
            "RuleStatus": "ENABLED",
            "IsTerminal": "Workflow" in update,
            "Criteria": {"WorkflowStatus": OPEN, **criteria},
            "Actions": [{"Type": "FINDING_FIELDS_UPDATE", "FindingFieldsUpdate": update}],
        },
    }


def equal(value: str) -> list[dict[str, str]]:
    return [{"Comparison": "EQUALS", "Value": value}]


def test_rules_of_a_stack_change_what_is_imported_and_go_with_it(local: Any) -> None:
    hub = local.client("securityhub", SECURITY)
    hub.enable_security_hub(EnableDefaultStandards=False)
    accepted = rule(
        1, {"ResourceId": equal("arn:aws:s3:::website")}, Workflow={"Status": "SUPPRESSED"}
    )
    raised = rule(2, {"SeverityLabel": equal("HIGH")}, Severity={"Label": "CRITICAL"})
    references = local.succeed("rules", {"Accepted": accepted, "Raised": raised}, SECURITY)
    found = imported(
        hub, "website", Resources=[{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::website"}]
    )
    assert (found["Workflow"]["Status"], found["Severity"]["Label"]) == ("SUPPRESSED", "HIGH")
    found = imported(hub, "shop")
    assert (found["Workflow"]["Status"], found["Severity"]["Label"]) == ("NEW", "CRITICAL")

    raised["Properties"]["RuleStatus"] = "DISABLED"
    local.succeed("rules", {"Accepted": accepted, "Raised": raised}, SECURITY)
    assert imported(hub, "other")["Severity"]["Label"] == "HIGH"
    # What was raised before stays so when its product updates it.
    assert imported(hub, "shop")["Severity"]["Label"] == "CRITICAL"

    local.delete("rules", SECURITY)
    left = hub.batch_get_automation_rules(AutomationRulesArns=list(references.values()))
    assert (left["Rules"], len(left["UnprocessedAutomationRules"])) == ([], 2)


def imported(hub: Any, name: str, **changes: Any) -> dict[str, Any]:
    """Import a finding and give what Security Hub has of it."""
    finding = copy.deepcopy({**FINDING, "Id": name, "ProductArn": PRODUCT, **changes})
    finding.pop("WorkflowState")
    assert hub.batch_import_findings(Findings=[finding])["FailedCount"] == 0
    (found,) = (each for each in hub.get_findings()["Findings"] if each["Id"] == name)
    return dict(found)
