"""What the router knows about one API call, and what a guardrail answers to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """One AWS API call as the embedded AWS received it.

    Attributes:
        account: Account ID of the caller (twelve digits).
        region: Region of the SigV4 scope (``us-east-1`` for global services).
        service: SigV4 service name, for example ``s3``, ``events``, ``access-analyzer``.
        operation: API operation, for example ``CreateBucket``; empty when it is unknown.
        parameters: Parsed input with the operation's own member names; empty when unparsable.
        principal_arn: The value of ``aws:PrincipalArn``: role, user or root ARN, never a session.
        caller_arn: The ARN that ``sts:GetCallerIdentity`` returns, for example an assumed-role session.
        session_tags: Tags of the session, key to value.
        root_task: Task policy of a session of ``sts:AssumeRoot``; empty for everybody else.
        headers: Request headers, names in lower case.
    """

    account: str
    region: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    principal_arn: str
    caller_arn: str
    session_tags: Mapping[str, str] = field(default_factory=dict)
    root_task: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_root(self) -> bool:
        """Whether the account's root user makes the call."""
        return self.principal_arn.endswith(":root")


@dataclass(frozen=True, kw_only=True)
class Denial:
    """Why a call is refused.

    Attributes:
        action: IAM action that was evaluated, for example ``organizations:LeaveOrganization``.
        policy_id: ID of the organization policy that denies, for example ``p-12345678``.
        policy_name: Its name.
        policy_type: ``SERVICE_CONTROL_POLICY`` or ``RESOURCE_CONTROL_POLICY``.
        message: Complete sentence for the client; names the policy.
    """

    action: str
    policy_id: str
    policy_name: str
    policy_type: str
    message: str
