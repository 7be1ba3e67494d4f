"""Custom resource DefaultSecurityGroup: revokes every rule of one security group.

Create and update do the same: read the group, revoke what is there, read it again. A group without
rules is left alone. Delete does nothing: a group that was closed stays closed.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# A call that hangs, with its repetitions, leaves the function the time to answer CloudFormation.
RETRIES = Config(connect_timeout=3, read_timeout=3, retries={"mode": "standard", "max_attempts": 5})
# Somebody else took the rule out between reading and revoking; the second reading decides.
ALREADY_GONE = "InvalidPermission.NotFound"
RESPONSE_TIMEOUT_SECONDS = 8
# CloudFormation accepts an answer of 4,096 bytes.
REASON_LENGTH = 1_000


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 - of Lambda
    """Do what CloudFormation asks for and tell it the outcome, whatever that is."""
    answer: dict[str, Any] = {"Status": "SUCCESS"}
    try:
        if event["RequestType"] != "Delete":
            answer["Data"] = {"Revoked": run(event, boto3.client("ec2", config=RETRIES))}
    except Exception as error:  # noqa: BLE001 - without an answer, CloudFormation waits until it times out
        answer = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:REASON_LENGTH]}
    print(json.dumps({"request": event["RequestType"], **answer}))  # noqa: T201 - the function's log
    respond(event, context, answer)


def run(event: dict[str, Any], ec2: Any) -> int:  # noqa: ANN401 - boto3 makes its clients at run time
    """Empty the group, and give the number of rules revoked."""
    group_id = event["ResourceProperties"]["SecurityGroupId"]
    inbound, outbound = rules(ec2, group_id)
    if inbound:
        revoke(ec2.revoke_security_group_ingress, group_id, inbound)
    if outbound:
        revoke(ec2.revoke_security_group_egress, group_id, outbound)
    if inbound or outbound:
        left = rules(ec2, group_id)
        if any(left):
            raise RuntimeError(f"{group_id} still has rules after revoking them: {left}")
    return len(inbound) + len(outbound)


def rules(ec2: Any, group_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # noqa: ANN401
    """Read the inbound and outbound rules of a group."""
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    if group["GroupName"] != "default":
        raise ValueError(f"{group_id} is the group {group['GroupName']!r}, not a default group")
    return group["IpPermissions"], group["IpPermissionsEgress"]


def revoke(call: Any, group_id: str, permissions: list[dict[str, Any]]) -> None:  # noqa: ANN401
    """Revoke rules; one that is gone already is no error."""
    try:
        call(GroupId=group_id, IpPermissions=permissions)
    except ClientError as error:
        if error.response["Error"]["Code"] != ALREADY_GONE:
            raise


def _name(event: dict[str, Any]) -> str:
    """Name the resource by its group; without one the answer, which says so, needs a name too."""
    named = event["ResourceProperties"].get("SecurityGroupId")
    return named if named and isinstance(named, str) else str(event["LogicalResourceId"])


def respond(event: dict[str, Any], context: Any, answer: dict[str, Any]) -> None:  # noqa: ANN401
    """Send the answer to the address that CloudFormation gave for it."""
    body = {
        **answer,
        "PhysicalResourceId": event.get("PhysicalResourceId") or _name(event),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    body.setdefault("Reason", f"see log stream {context.log_stream_name}")
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned address
        event["ResponseURL"],
        data=json.dumps(body).encode(),
        method="PUT",
        # The address is signed for an empty content type.
        headers={"Content-Type": ""},
    )
    with urllib.request.urlopen(request, timeout=RESPONSE_TIMEOUT_SECONDS):  # noqa: S310 - as above
        pass
