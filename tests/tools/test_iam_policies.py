"""Every policy of the assembly through iam-policy-validator, offline."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.fast import Clean
from tests.tools.policy_validation import failing, policies

pytestmark = pytest.mark.tools
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


def accepts(row: tuple[str, str, str], issue: tuple[str, str]) -> bool:
    return row[0] == issue[0] and bool(re.search(row[1], issue[1], re.DOTALL))


def test_every_policy_is_valid(templates: Templates, validated: Clean, tmp_path: Path) -> None:
    found = list(policies(templates))
    kinds = {kind for _, kind, _ in found}
    assert {
        "IDENTITY_POLICY",
        "RESOURCE_POLICY",
        "TRUST_POLICY",
        "SERVICE_CONTROL_POLICY",
    } <= kinds
    issues = failing(found, tmp_path, clean=validated)
    used = {row for row in ACCEPTED for issue in issues if accepts(row, issue)}
    assert [issue for issue in issues if not any(accepts(row, issue) for row in ACCEPTED)] == []
    assert set(ACCEPTED) - used == set()


def test_an_invented_action_is_noticed(validated: Clean, tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "guardduty:StopWatching", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    issues = failing([("invented", "IDENTITY_POLICY", document)], tmp_path, clean=validated)
    assert "invalid_action" in {kind for kind, _ in issues}


@pytest.mark.parametrize("kind", ["TRUST_POLICY", "RESOURCE_CONTROL_POLICY"])
def test_a_policy_is_judged_as_its_type(validated: Clean, tmp_path: Path, kind: str) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "sts:AssumeRole",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    failing([("judged", kind, document)], tmp_path, clean=validated)
    (result,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["results"]
    assert result["policy_type"] == kind
