"""Inspector and Security Hub as the functions see them: what they need, no emulator has.

Every call is checked against the service's own model, so that a misspelt parameter fails.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.unit.detection.members_aws import Answer, FakeAws, error

ON = {"ec2": "ENABLED", "ecr": "ENABLED", "lambda": "ENABLED", "lambdaCode": "ENABLED"}
STATE_OF = {
    "EC2": "ec2",
    "ECR": "ecr",
    "LAMBDA": "lambda",
    "LAMBDA_CODE": "lambdaCode",
    "CODE_REPOSITORY": "codeRepository",
}
REPORT = "00000000-0000-4000-8000-00000000000"


class FakeInspector(FakeAws):
    """What the services remember, Region by Region."""

    def __init__(self) -> None:
        super().__init__()
        self.scans: dict[tuple[str, str], dict[str, str]] = defaultdict(lambda: dict(ON))
        self.errors: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.ways: dict[str, Answer] = defaultdict(dict)
        self.paths: dict[str, list[str]] = defaultdict(list)
        self.relations: dict[tuple[str, str], str] = {}
        self.covered: list[Answer] = []
        self.findings: dict[str, Answer] = {}
        self.refused: str | None = None
        self.enable_fails: str | None = None
        self.exports: dict[str, Answer] = {}

    def writes(self) -> list[tuple[str, str]]:
        return [each for each in super().writes() if not each[0].startswith("BatchGet")]

    def inspector2_batch_get_account_status(self, region: str, given: Answer) -> Answer:
        (account,) = given["accountIds"]
        if account in self.unknown:
            failed = {"accountId": account, "errorCode": "ACCESS_DENIED", "errorMessage": "no"}
            return {"accounts": [], "failedAccounts": [failed]}
        states = {
            scan: {
                "status": status,
                **({"errorCode": self.errors[scan]} if scan in self.errors else {}),
            }
            for scan, status in self.scans[region, account].items()
        }
        whole = (
            "ENABLED" if any(one["status"] == "ENABLED" for one in states.values()) else "DISABLED"
        )
        found = {"accountId": account, "state": {"status": whole}, "resourceState": states}
        return {"accounts": [found]}

    def inspector2_enable(self, region: str, given: Answer) -> Answer:
        (account,) = given["accountIds"]
        if self.enable_fails:
            failed = {"accountId": account, "errorCode": self.enable_fails, "errorMessage": "no"}
            return {"accounts": [], "failedAccounts": [failed]}
        for scan in given["resourceTypes"]:
            self.scans[region, account][STATE_OF[scan]] = "ENABLING"
        return {"accounts": []}

    def inspector2_get_configuration(self, region: str, _: Answer) -> Answer:
        ways = self.ways[region]
        return {
            "ec2Configuration": {"scanModeState": ways.get("ec2Configuration", {})},
            "ecrConfiguration": {"rescanDurationState": ways.get("ecrConfiguration", {})},
        }

    def inspector2_update_configuration(self, region: str, given: Answer) -> None:
        self.ways[region] |= given

    def inspector2_get_ec2_deep_inspection_configuration(self, region: str, _: Answer) -> Answer:
        return {"orgPackagePaths": self.paths[region], "packagePaths": ["/of/this/account"]}

    def inspector2_update_org_ec2_deep_inspection_configuration(
        self, region: str, given: Answer
    ) -> None:
        self.paths[region] = given["orgPackagePaths"]

    def inspector2_get_member(self, region: str, given: Answer) -> Answer:
        status = self.relations.get((region, given["accountId"]))
        if status is None:
            raise error("GetMember", "ResourceNotFoundException")
        return {"member": {"relationshipStatus": status}}

    def inspector2_associate_member(self, region: str, given: Answer) -> Answer:
        self.relations[region, given["accountId"]] = "ENABLED"
        return {"accountId": given["accountId"]}

    def inspector2_list_coverage(self, _: str, given: Answer) -> Answer:
        criteria = given["filterCriteria"]
        assert criteria["scanStatusCode"] == [{"comparison": "EQUALS", "value": "INACTIVE"}]
        (account,) = (one["value"] for one in criteria["accountId"])
        found = [one for one in self.covered if one["accountId"] == account]
        # Two pages, so that the second one is read.
        if "nextToken" not in given and len(found) > 1:
            return {"coveredResources": found[:1], "nextToken": "more"}
        return {"coveredResources": found[1:] if len(found) > 1 else found}

    def securityhub_get_findings(self, _: str, given: Answer) -> Answer:
        (wanted,) = (one["Value"] for one in given["Filters"]["Id"])
        return {"Findings": [self.findings[wanted]] if wanted in self.findings else []}

    def securityhub_batch_import_findings(self, _: str, given: Answer) -> Answer:
        if self.refused:
            failed = [
                {"Id": one["Id"], "ErrorCode": "x", "ErrorMessage": self.refused}
                for one in given["Findings"]
            ]
            return {"FailedCount": 1, "SuccessCount": 0, "FailedFindings": failed}
        self.findings |= {one["Id"]: one for one in given["Findings"]}
        return {"FailedCount": 0, "SuccessCount": len(given["Findings"])}

    def kms_describe_key(self, region: str, given: Answer) -> Answer:
        account = given["KeyId"].split(":")[4]
        assert given["KeyId"].split(":")[3] == region
        return {"KeyMetadata": {"Arn": f"arn:aws:kms:{region}:{account}:key/1", "KeyId": "1"}}

    def inspector2_create_sbom_export(self, region: str, given: Answer) -> Answer:
        report = f"{REPORT}{len(self.exports)}"
        self.exports[report] = {"status": "IN_PROGRESS", "region": region, "given": given}
        return {"reportId": report}

    def inspector2_get_sbom_export(self, region: str, given: Answer) -> Answer:
        found = self.exports[given["reportId"]]
        assert found["region"] == region
        return {key: value for key, value in found.items() if key not in {"region", "given"}}


def unscanned(account: str, reason: str, resource: str = "i-0abc1234def567890") -> dict[str, Any]:
    """Give a resource that Inspector knows and does not scan."""
    return {
        "accountId": account,
        "resourceId": resource,
        "resourceType": "AWS_EC2_INSTANCE",
        "scanType": "PACKAGE",
        "scanStatus": {"statusCode": "INACTIVE", "reason": reason},
    }
