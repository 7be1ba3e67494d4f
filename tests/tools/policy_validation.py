"""iam-policy-validator over the policies of templates, offline."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.fast import Clean
from tests.tools import service_definitions
from tests.tools.resolve import Resolver

FAILING = {"critical", "high", "error"}
KINDS = (
    "IDENTITY_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "RESOURCE_POLICY",
    "SERVICE_CONTROL_POLICY",
    "TRUST_POLICY",
)
Templates = dict[str, dict[str, Any]]
Policy = tuple[str, str, dict[str, Any]]
"""Name, policy type, document."""


def failing(found: Iterable[Policy], folder: Path, *, clean: Clean) -> list[tuple[str, str]]:
    """Give type and message of what fails: each document is looked at once, wherever it stands.

    Args:
        found: policies.
        folder: to work in; it keeps the validator's report.
        clean: documents in which nothing failed.
    """
    names: dict[tuple[str, str], list[str]] = {}
    for name, kind, document in found:
        # Without white space, as it is submitted: the size counts.
        text = json.dumps(document, separators=(",", ":"))
        names.setdefault((kind, text), []).append(name)
    new = {key: names[key][0] for key in names if " ".join(key) not in clean}
    if not new:
        return []
    written = {folder / kind / f"{name}.json": (kind, text) for (kind, text), name in new.items()}
    for path, (_, text) in written.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    issues = {Path(each["policy_file"]): _failing(each) for each in _validate(folder, set(new))}
    assert issues.keys() == written.keys()
    for path, key in written.items():
        if not issues[path]:
            clean.add(" ".join(key))
    return [
        (issue["issue_type"], f"{name}: {issue['message']}")
        for path, rows in sorted(issues.items())
        for name in names[written[path]]
        for issue in rows
    ]


def _failing(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [issue for issue in result["issues"] if issue["severity"] in FAILING]


def _validate(folder: Path, new: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Run the validator once over the folders of all kinds."""
    services = folder / "services"
    services.mkdir(exist_ok=True)
    named = {name for _, text in new for name in re.findall(r'"([a-z0-9-]+):[A-Za-z*]', text)}
    service_definitions.write(services, named)
    kinds = [{"pattern": f"*/{kind}/*", "type": kind} for kind in KINDS]
    settings, report = folder / "settings.yaml", folder / "report.json"
    settings.write_text(json.dumps({"policy_types": kinds}), encoding="utf-8")
    command = ["iam-validator", "validate", "--config", str(settings), "--format", "json"]
    command += ["--aws-services-dir", str(services), "--output", str(report)]
    for kind in sorted({kind for kind, _ in new}):
        command += ["--path", str(folder / kind)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert report.is_file(), done.stderr + done.stdout
    results: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["results"]
    return results


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
