"""What the Trusted Advisor function calls; moto has neither results of checks nor support plans.

Every call is checked against the service's own model, so that a misspelt parameter fails.
"""

from __future__ import annotations

import io
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

Answer = dict[str, Any]
CHECKS = [
    {
        "id": "HCP4007jGY",
        "name": "Security Groups - Specific Ports Unrestricted",
        "description": "Checks security groups for unrestricted access to specific ports.",
        "category": "security",
        "metadata": ["Region", "Security Group Name", "Port"],
    },
    {
        "id": "Pfx0RwqBli",
        "name": "Amazon S3 Bucket Permissions",
        "description": "Checks buckets for open access permissions.",
        "category": "security",
        "metadata": ["Region", "Bucket Name"],
    },
    {
        "id": "Qch7DwouX1",
        "name": "Low Utilization Amazon EC2 Instances",
        "description": "Money.",
        "category": "cost_optimizing",
        "metadata": [],
    },
]
OPEN = {
    "status": "error",
    "region": "eu-west-1",
    "resourceId": "r-1",
    "isSuppressed": False,
    "metadata": ["eu-west-1", "web (sg-1)", "3389"],
}


def error(operation: str, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "as planned"}}, operation)


class Support:
    """AWS Support with two security checks, a hub that keeps findings, a bucket and a topic."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Answer]] = []
        self.results: dict[str, Answer] = {
            "HCP4007jGY": {"status": "error", "flaggedResources": [OPEN]},
            "Pfx0RwqBli": {"status": "ok", "flaggedResources": []},
        }
        self.findings: dict[str, Answer] = {}
        self.objects: dict[str, bytes] = {}
        self._faults: dict[str, ClientError] = {}

    def fail(self, operation: str, code: str) -> None:
        self._faults[operation] = error(operation, code)

    def heal(self) -> None:
        self._faults.clear()

    def of(self, operation: str) -> list[Answer]:
        return [given for name, _, given in self.calls if name == operation]

    def __call__(self, client: BaseClient, operation: str, parameters: Answer) -> Answer:
        region, model = client.meta.region_name, client.meta.service_model
        validate_parameters(parameters, model.operation_model(operation).input_shape)
        # AWS Support answers about Trusted Advisor in one Region only.
        assert region == ("us-east-1" if model.service_name == "support" else "eu-west-1")
        self.calls.append((operation, region, parameters))
        if operation in self._faults:
            raise self._faults[operation]
        answer: Answer = getattr(self, xform_name(operation))(parameters) or {}
        return answer

    def assume_role(self, _: Answer) -> Answer:
        return {"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T"}}

    def describe_trusted_advisor_checks(self, _: Answer) -> Answer:
        return {"checks": CHECKS}

    def describe_trusted_advisor_check_result(self, given: Answer) -> Answer:
        return {"result": {"checkId": given["checkId"], **self.results[given["checkId"]]}}

    def refresh_trusted_advisor_check(self, given: Answer) -> Answer:
        return {"status": {"checkId": given["checkId"], "status": "enqueued"}}

    def get_findings(self, given: Answer) -> Answer:
        ((account,), (generator,)) = (
            given["Filters"]["AwsAccountId"],
            given["Filters"]["GeneratorId"],
        )
        found = [
            finding
            for finding in self.findings.values()
            if finding["AwsAccountId"] == account["Value"]
            and finding["GeneratorId"].startswith(generator["Value"])
        ]
        # Two pages, the second one with everything.
        return {"Findings": found} if "NextToken" in given else {"Findings": [], "NextToken": "2"}

    def batch_import_findings(self, given: Answer) -> Answer:
        assert len(given["Findings"]) <= 100
        self.findings |= {finding["Id"]: finding for finding in given["Findings"]}
        return {"SuccessCount": len(given["Findings"]), "FailedCount": 0, "FailedFindings": []}

    def put_object(self, given: Answer) -> None:
        if given["Key"] in self.objects and given.get("IfNoneMatch") == "*":
            raise error("PutObject", "PreconditionFailed")
        self.objects[given["Key"]] = given["Body"]

    def get_object(self, given: Answer) -> Answer:
        return {"Body": io.BytesIO(self.objects[given["Key"]])}

    def publish(self, _: Answer) -> None:
        assert self.objects, "nobody would remember that people were told"
