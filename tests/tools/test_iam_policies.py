"""Every policy of the assembly through iam-policy-validator, offline."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools import service_definitions
from tests.tools.resolve import Resolver

pytestmark = pytest.mark.tools
FAILING = {"critical", "high", "error"}
Templates = dict[str, dict[str, Any]]

# Findings that are right about the policy and wrong about the risk: issue type, pattern of the file
# and the message, why. A row that accepts nothing any more fails the test.
ACCEPTED: tuple[tuple[str, str, str], ...] = (
    (
        "overly_permissive",
        r"Key\w{8}: Service wildcard 'kms:\*'",
        "the account delegates to IAM; without it the key could not be managed",
    ),
    (
        "missing_condition",
        r"Key\w{8}: Sensitive actions 'kms:",  # in any order
        "the same statement for the key's own account",
    ),
    (
        "invalid_condition_key",
        r"kms:EncryptionContext:",
        "AWS documents the key with a variable part, which the validator does not expand",
    ),
    (
        "confused_deputy_risk",
        r"Key\w{8}: .*`logs\.[a-z0-9-]+\.amazonaws\.com`",
        "bound by the log group's ARN in the encryption context, all that CloudWatch Logs sends",
    ),
    (
        "missing_condition",
        r"IdentityPolicy\w{8}: Sensitive actions? 'iam:",
        "it acts on users and roles that an incident names; a denial keeps ours out",
    ),
    (
        "confused_deputy_risk",
        r"(Notifications|Undelivered)Key\w{8}: .*`events\.amazonaws\.com`",
        "EventBridge sends no source condition (service_access.EXCEPTIONS)",
    ),
    (
        "confused_deputy_risk",
        r"waiterstatemachineRole\w{8}-trust",
        "made by the CDK's provider framework; it may invoke the two provider functions only",
    ),
    (
        "missing_condition",
        r"Role\w{8}-trust: Sensitive action 'sts:AssumeRole'",
        "Lambda and Step Functions send no source in the session of an execution role",
    ),
    (
        "missing_condition",
        r"waiterstatemachineRoleDefaultPolicy\w{8}: .*'logs:PutResourcePolicy'",
        "written by the CDK for the waiter's log delivery, which has no resource to name",
    ),
    (
        "missing_condition",
        r"Policy\w{8}: Sensitive action 'logs:PutResourcePolicy'",
        "log delivery of our own state machines, which has no resource to name",
    ),
    (
        "confused_deputy_risk",
        r"HostManagementRole\w{8}-trust: .*`ssm\.amazonaws\.com`",
        "AWS documents no source; only a role of the account itself can be passed to the setting",
    ),
    (
        "confused_deputy_risk",
        r"PatchWindowsRole\w{8}-trust: .*`ssm\.amazonaws\.com`",
        "AWS documents no source; only a role of the account itself can be passed to a window",
    ),
    (
        "missing_condition",
        r"DetectorsHandlerPolicy\w{8}: Sensitive actions 'ssm:",  # in any order
        "two parameters by name, in the Regions of its condition, which the validator does not count",
    ),
    (
        "missing_condition",
        r"SettingsPolicy\w{8}: ",
        "account settings have no resource; only the reconciler's role may assume the role",
    ),
    (
        "missing_condition",
        r"Features\w+Policy\w{8}: .*'ram:EnableSharingWithAwsOrganization'",
        "one switch of the organization, without a resource",
    ),
    (
        "missing_condition",
        r"VpcDefaultSecurityGroup\w+Policy\w{8}: .*'ec2:RevokeSecurityGroupEgress'",
        "the resource is the one default security group",
    ),
    (
        "overly_permissive",
        r"VpcEndpoints\w+: Service wildcard",
        "an endpoint policy grants nothing; it bounds other policies by the organization",
    ),
    (
        "missing_principal_condition_any_of",
        r"VpcEndpoints(S3|Sts)\w+: ",
        "named buckets of AWS, and federated sign-in, where no identity exists yet",
    ),
    (
        "invalid_principal_type_for_assume_action",
        r"VpcEndpointsSts\w+: ",
        "the rule is about trust policies; this is an endpoint policy",
    ),
    (
        "invalid_provider_format",
        r"VpcEndpointsSts\w+: ",
        "the rule is about trust policies; this is an endpoint policy",
    ),
    (
        "invalid_principal_type_for_assume_action",
        r"guardrails-\w+Rcp\w+: ",
        "the rule is about trust policies; this is a resource control policy, which only denies",
    ),
    (
        "missing_required_condition_for_assume_action",
        r"guardrails-\w+Rcp\w+: ",
        "the rule is about trust policies; this is a resource control policy, which only denies",
    ),
    (
        "missing_required_condition_for_assume_action",
        r"VpcEndpointsSts\w+: ",
        "the rule is about trust policies; this is an endpoint policy",
    ),
    (
        "missing_condition",
        r"(UsersGroup|SecondFactor)Policy\w{8}: Sensitive action",
        "users enrol their own second factor, before which no condition could ask for one",
    ),
    (
        "not_action_allow_no_condition",
        r"BoundaryPolicy\w{8}: ",
        "a permissions boundary grants nothing: it is the limit of what other policies grant",
    ),
    (
        "missing_required_condition",
        r"BoundaryPolicy\w{8}: .*`iam:PassRole`",
        "the same; which roles cannot be passed stands in a denial of the boundary",
    ),
    (
        "privilege_escalation",
        r"PeopledeveloperPermissionSet\w{8}: ",
        "the roles stand in one path and carry the permissions boundary, which conditions demand",
    ),
    (
        "missing_condition",
        r"PeopledeveloperPermissionSet\w{8}: ",
        "reading IAM, and keeping what stands in the path of developers",
    ),
    (
        "missing_condition",
        r"People(readonly|securityauditor)PermissionSet\w{8}: ",
        "who looks sees logs, templates and findings everywhere; secrets and data are denied",
    ),
    (
        "missing_condition",
        r"PeoplesecurityresponderPermissionSet\w{8}: ",
        "an incident names no resource before; what is allowed closes and never opens",
    ),
    (
        "missing_condition",
        r"PeopleUnitsSweepPolicy\w{8}: .*'logs:PutResourcePolicy'",
        "log delivery of a state machine has no resource to name",
    ),
)

BY_EDGE = (
    (
        "missing_condition",
        r"ApiLoggingPolicy\w{8}: .*'logs:GetLogEvents'",
        "AWS asks for it in the role of API Gateway, which is bound to the account",
    ),
    (
        "invalid_condition_key",
        r"Content\w+: Condition key `AWS:SourceArn`",
        "written by the CDK; IAM does not tell upper from lower case in condition keys",
    ),
)
"""What the constructs of ``baseline.edge`` add."""


def policies(templates: Templates) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield name, policy type and document of every policy."""
    for stack, template in templates.items():
        resolver = Resolver(template)
        for logical_id, resource in template["Resources"].items():
            name = f"{stack}-{logical_id}".replace("/", "-")
            properties = resolver.resolve(resource.get("Properties", {}))
            yield from _policies_of(name, resource["Type"], properties)


def _policies_of(
    name: str, kind: str, properties: dict[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if kind == "AWS::IAM::Role":
        yield f"{name}-trust", "TRUST_POLICY", properties["AssumeRolePolicyDocument"]
        for policy in properties.get("Policies", []):
            document = policy["PolicyDocument"]
            yield f"{name}-{policy['PolicyName']}", "IDENTITY_POLICY", document
    elif kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
        yield name, "IDENTITY_POLICY", properties["PolicyDocument"]
    elif kind == "AWS::KMS::Key":
        yield name, "RESOURCE_POLICY", properties["KeyPolicy"]
    elif kind in {"AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"} or (
        kind == "AWS::EC2::VPCEndpoint" and "PolicyDocument" in properties
    ):
        yield name, "RESOURCE_POLICY", properties["PolicyDocument"]
    elif kind == "AWS::Organizations::ResourcePolicy":
        yield name, "RESOURCE_POLICY", properties["Content"]
    elif kind == "AWS::SSO::PermissionSet" and "InlinePolicy" in properties:
        yield name, "IDENTITY_POLICY", properties["InlinePolicy"]
    elif kind == "AWS::Organizations::Policy" and "CONTROL" in properties["Type"]:
        yield name, properties["Type"], properties["Content"]


@pytest.fixture(scope="module")
def definitions(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return definitions_for(templates, tmp_path_factory.mktemp("services"))


def definitions_for(templates: Templates, directory: Path) -> Path:
    """Write the definitions of the services whose actions the templates name."""
    directory.mkdir(exist_ok=True)
    text = json.dumps(templates)
    service_definitions.write(directory, set(re.findall(r'"([a-z0-9-]+):[A-Za-z*]', text)))
    return directory


CLEAN: set[tuple[str, str]] = set()
"""Policies, with their type, in which nothing failed: the examples share most of them."""


def validate(kind: str, directory: Path, definitions: Path, report: Path) -> list[dict[str, Any]]:
    texts = {path: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
    for path, text in list(texts.items()):
        if (kind, text) in CLEAN:
            path.unlink()
            del texts[path]
    if not texts:
        return []
    command = ["iam-validator", "validate", "--path", str(directory), "--policy-type", kind]
    command += ["--aws-services-dir", str(definitions), "--format", "json"]
    done = subprocess.run(
        [*command, "--output", str(report)], check=False, capture_output=True, text=True
    )
    assert report.is_file(), done.stderr + done.stdout
    results: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["results"]
    assert {Path(result["policy_file"]).name for result in results} == {p.name for p in texts}
    failed = {
        Path(result["policy_file"]).name
        for result in results
        if any(issue["severity"] in FAILING for issue in result["issues"])
    }
    CLEAN.update((kind, text) for path, text in texts.items() if path.name not in failed)
    return results


def test_every_policy_is_valid(templates: Templates, definitions: Path, tmp_path: Path) -> None:
    kinds: dict[str, int] = {}
    for name, kind, document in policies(templates):
        folder = tmp_path / kind
        folder.mkdir(exist_ok=True)
        # Without white space, as it is submitted: the size counts.
        text = json.dumps(document, separators=(",", ":"))
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
        kinds[kind] = kinds.get(kind, 0) + 1
    assert {"IDENTITY_POLICY", "RESOURCE_POLICY", "TRUST_POLICY", "SERVICE_CONTROL_POLICY"} <= set(
        kinds
    )
    found = [
        (issue["issue_type"], f"{Path(result['policy_file']).stem}: {issue['message']}")
        for kind in kinds
        for result in validate(kind, tmp_path / kind, definitions, tmp_path / f"{kind}.json")
        for issue in result["issues"]
        if issue["severity"] in FAILING
    ]
    used = {row for row in ACCEPTED for item in found if accepts(row, item)}
    assert [item for item in found if not any(accepts(row, item) for row in ACCEPTED)] == []
    assert set(ACCEPTED) - used == set()


def accepts(row: tuple[str, str, str], item: tuple[str, str]) -> bool:
    return row[0] == item[0] and bool(re.search(row[1], item[1], re.DOTALL))


def test_an_invented_action_is_noticed(tmp_path: Path) -> None:
    services = tmp_path / "services"
    services.mkdir()
    service_definitions.write(services, {"guardduty"})
    folder = tmp_path / "policies"
    folder.mkdir()
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "guardduty:StopWatching", "Resource": "*"},
        ],
    }
    (folder / "invented.json").write_text(json.dumps(document), encoding="utf-8")
    results = validate("IDENTITY_POLICY", folder, services, tmp_path / "report.json")
    assert any(issue["issue_type"] == "invalid_action" for issue in results[0]["issues"])
