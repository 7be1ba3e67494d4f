"""The AWS Security Finding Format, for Security Hub.

Source: AWS Security Hub API Reference, "BatchImportFindings" and "AwsSecurityFinding".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baseline.delivery.scans.findings import Scan, ScanFinding, Severity
from baseline.delivery.scans.reports.result import Result
from baseline.errors import BaselineError

SCHEMA = "2018-10-08"
# Limits of the API, in characters.
ID_LENGTH = 512
TITLE_LENGTH = 256
DESCRIPTION_LENGTH = 1024
RECOMMENDATION_LENGTH = 512
FIELD_LENGTH = 2048
PROJECT_LENGTH = 100
TYPES = {
    Scan.SAST: "Software and Configuration Checks/Vulnerabilities/SAST",
    Scan.SECRETS: "Sensitive Data Identifications/Security/Secrets",
    Scan.DEPENDENCIES: "Software and Configuration Checks/Vulnerabilities/CVE",
    Scan.LICENSES: "Software and Configuration Checks/Policy/License",
    Scan.SBOM: "Software and Configuration Checks/Inventory/SBOM",
    Scan.DAST: "Software and Configuration Checks/Vulnerabilities/DAST",
}
LABELS = {each: each.value.upper() for each in Severity}
COMPANY, PRODUCT = "Personal", "Default"
"""Company and product of findings of one's own, as the default product has them."""
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where findings are imported.

    Attributes:
        account: the account whose Security Hub takes them.
        region: its Region.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.

    Raises:
        BaselineError: the account is no account ID.
    """

    account: str = "0" * 12
    region: str = "us-east-1"
    partition: str = "aws"

    def __post_init__(self) -> None:
        """Check the account."""
        if not _ACCOUNT.fullmatch(self.account):
            raise BaselineError(f"account is {self.account!r}; give the 12 digits of an account ID")

    @property
    def product_arn(self) -> str:
        """Give the account's default product, by which findings of one's own are imported."""
        place = f"{self.partition}:securityhub:{self.region}:{self.account}"
        return f"arn:{place}:product/{self.account}/default"


def checked_project(name: str) -> str:
    """Give the name of a project, of which the IDs of its findings are made.

    Raises:
        BaselineError: it is too long, or has other characters.
    """
    if len(name) > PROJECT_LENGTH or not _PROJECT.fullmatch(name):
        raise BaselineError(
            f"project is {name!r}; use up to {PROJECT_LENGTH} letters, digits, dots, hyphens and "
            "underscores (--project NAME)"
        )
    return name


def id_prefix(project: str, scan: Scan) -> str:
    """Give what the IDs of a scan's findings begin with."""
    return f"baseline-scan/{project}/{scan}/"


def as_asff(result: Result, origin: Origin | None = None) -> list[dict[str, Any]]:
    """Give a finding for each one that is open or accepted.

    The IDs follow from project, scan and fingerprint: importing the next run updates the findings
    of this one.

    Args:
        result: the result of a scan.
        origin: where they are imported; the import sets its own.
    """
    return [_finding(result, each, origin or Origin()) for each in result.findings]


def placed(finding: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
    """Give a finding for another account or Region."""
    resources = [
        {**each, "Partition": origin.partition, "Region": origin.region}
        for each in finding["Resources"]
    ]
    return {
        **finding,
        "ProductArn": origin.product_arn,
        "AwsAccountId": origin.account,
        "Resources": resources,
    }


def _finding(result: Result, each: ScanFinding, origin: Origin) -> dict[str, Any]:
    when = timestamp(result.when)
    finding: dict[str, Any] = {
        "SchemaVersion": SCHEMA,
        "Id": f"{id_prefix(result.project, result.scan)}{each.tool}/{each.fingerprint}",
        "ProductArn": origin.product_arn,
        "GeneratorId": cut(f"baseline-scan/{each.tool}/{each.rule}", ID_LENGTH),
        "AwsAccountId": origin.account,
        "CreatedAt": when,
        "UpdatedAt": when,
        # Severity and Types themselves are people's and automation rules': an import may not
        # overwrite them.
        "FindingProviderFields": {
            "Severity": {"Label": LABELS[each.severity], "Original": each.severity.value},
            "Types": [TYPES[each.scan]],
        },
        "Title": cut(f"{result.project}: {each.title}", TITLE_LENGTH),
        "Description": cut(f"{each.place}: {each.message}", DESCRIPTION_LENGTH),
        "ProductFields": _fields(result, each),
        "Resources": [_resource(result, each, origin)],
        "RecordState": "ACTIVE",
    }
    if each.fix:
        recommendation = {"Text": cut(each.fix, RECOMMENDATION_LENGTH)}
        if each.references:
            recommendation["Url"] = cut(each.references[0], RECOMMENDATION_LENGTH)
        finding["Remediation"] = {"Recommendation": recommendation}
    if each.scan is Scan.DEPENDENCIES:
        finding["Vulnerabilities"] = [_vulnerability(each)]
    return finding


def _fields(result: Result, each: ScanFinding) -> dict[str, str]:
    fields = {
        "baseline/scan": result.scan.value,
        "baseline/project": result.project,
        "baseline/tool": f"{each.tool} {result.tools.get(each.tool, '')}".strip(),
        "baseline/rule": each.rule,
        "baseline/path": each.place,
        "baseline/fingerprint": each.fingerprint,
        "baseline/cwe": each.cwe,
        "baseline/accepted": each.accepted,
    }
    return {key: cut(value, FIELD_LENGTH) for key, value in fields.items() if value}


def _resource(result: Result, each: ScanFinding, origin: Origin) -> dict[str, Any]:
    return {
        "Type": "Other",
        "Id": cut(f"{result.project}/{each.path.lstrip('/')}", ID_LENGTH),
        "Partition": origin.partition,
        "Region": origin.region,
    }


def _vulnerability(each: ScanFinding) -> dict[str, Any]:
    package = {"Name": each.package, "Version": each.version}
    if each.fixed_versions:
        package["FixedInVersion"] = ", ".join(each.fixed_versions)
    return {
        "Id": each.rule,
        "VulnerablePackages": [package],
        "FixAvailable": "YES" if each.fixed_versions else "NO",
        **({"ReferenceUrls": list(each.references)} if each.references else {}),
    }


def timestamp(when: dt.datetime) -> str:
    """Give a time as the format wants it, in UTC."""
    utc = when.astimezone(dt.UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def cut(text: str, length: int) -> str:
    """Give a text of at most so many characters, never an empty one."""
    text = text.strip() or "-"
    return text if len(text) <= length else f"{text[: length - 1]}…"
