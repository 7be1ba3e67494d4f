"""Answer the steps at which a build of Image Builder waits: IMDSv2, and the release.

EventBridge calls with "EC2 Image Builder Workflow Step Waiting". ``RequireImdsv2`` makes the new
machine image demand IMDSv2. ``ReleaseGate`` reads what Amazon Inspector found and stops the build
before anything is distributed. A step that gets no answer runs into its timeout, which fails the
build: nothing is released because this function did not run.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESUME, STOP = "RESUME", "STOP"
REASON_LENGTH = 1_024
NAMED = 10
COMPLETED = "COMPLETED"

Client = Any  # boto3 clients have no published type
Finding = dict[str, Any]

log = logging.getLogger()
log.setLevel(logging.INFO)


class GateError(Exception):
    """The step cannot be answered; Lambda tries again, then the step's timeout fails the build."""


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer one waiting step."""
    detail = event["detail"]
    step, name = detail["workflow-step-execution-id"], detail["workflow-step-name"]
    image = event["resources"][0]
    steps = {"RequireImdsv2": require_imdsv2, "ReleaseGate": release}
    if name not in steps:
        raise GateError(f"{image}: unknown step {name!r}; known: {', '.join(steps)}")
    builder = boto3.client("imagebuilder")
    action, reason = steps[name](builder, image, detail["workflow-execution-id"])
    log.info(json.dumps({"image": image, "step": name, "action": action, "reason": reason}))
    builder.send_workflow_step_action(
        stepExecutionId=step,
        imageBuildVersionArn=image,
        action=action,
        reason=reason[:REASON_LENGTH],
        # The same answer to the same step, however often EventBridge delivers.
        clientToken=hashlib.sha256(f"{step}{action}".encode()).hexdigest()[:36],
    )
    return {"action": action, "reason": reason}


def require_imdsv2(builder: Client, image: str, workflow: str) -> tuple[str, str]:
    """Set the image's attribute, and go on only when EC2 says that it is set."""
    ami = created_image(builder, workflow)
    if ami is None:
        return STOP, f"{image}: the workflow created no machine image"
    ec2 = boto3.client("ec2")
    ec2.modify_image_attribute(ImageId=ami, ImdsSupport={"Value": "v2.0"})
    found = ec2.describe_images(ImageIds=[ami])["Images"]
    if not found or found[0].get("ImdsSupport") != "v2.0":
        return STOP, f"{ami} does not demand IMDSv2"
    return RESUME, f"{ami} demands IMDSv2"


def created_image(builder: Client, workflow: str) -> str | None:
    """Give the ID of the machine image that a workflow created."""
    for step in _all(builder.list_workflow_step_executions, "steps", workflowExecutionId=workflow):
        if step.get("action") == "CreateImage" and step.get("status") == COMPLETED:
            found = json.loads(step.get("outputs") or "{}").get("imageId")
            return found if isinstance(found, str) else None
    return None


def release(builder: Client, image: str, _workflow: str) -> tuple[str, str]:
    """Resume when the scan is complete and holds nothing that blocks."""
    state = builder.get_image(imageBuildVersionArn=image)["image"].get("scanState", {})
    status = state.get("status", "PENDING")
    if status in {"PENDING", "SCANNING", "COLLECTING"}:
        raise GateError(f"{image}: the scan is {status}; looked at again later")
    if status != COMPLETED:
        return STOP, f"the scan is {status}: {state.get('reason', 'no reason given')}"
    blocked = json.loads(os.environ["BLOCKED_SEVERITIES"])
    # Image Builder takes one filter at a time.
    filters = [{"name": "imageBuildVersionArn", "values": [image]}]
    found = _all(builder.list_image_scan_findings, "findings", filters=filters)
    findings = [finding for finding in found if finding.get("severity") in blocked]
    return decide(findings, json.loads(os.environ["ACCEPTED"]))


def decide(findings: list[Finding], accepted: list[str]) -> tuple[str, str]:
    """Stop for each vulnerability that nobody accepted."""
    named = sorted({vulnerability(finding) for finding in findings})
    blocking = [each for each in named if each not in accepted]
    if blocking:
        more = f" and {len(blocking) - NAMED} more" if len(blocking) > NAMED else ""
        return STOP, f"{len(blocking)} vulnerabilities block: {', '.join(blocking[:NAMED])}{more}"
    taken = f"; accepted: {', '.join(named)}" if named else ""
    return RESUME, f"no vulnerability blocks{taken}"


def vulnerability(finding: Finding) -> str:
    """Give the ID of a finding's vulnerability, such as CVE-2026-1234."""
    details = finding.get("packageVulnerabilityDetails") or {}
    return str(details.get("vulnerabilityId") or finding.get("title") or "unknown")


def _all(call: Callable[..., dict[str, Any]], key: str, **arguments: object) -> Iterator[Any]:
    token: dict[str, str] = {}
    while True:
        page = call(**arguments, **token)
        yield from page.get(key, [])
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}
