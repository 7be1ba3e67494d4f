"""Identity: who calls, and sessions of roles that exist and trust the caller.

Trust policies are evaluated; identity policies are not, so every principal may try.
"""

import json
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from baseline.local import emulators, organization, root_tasks
from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_DEFAULT_SECONDS = 3600
_TRUSTED_SERVICE = "iam.amazonaws.com"
# ministack walks over all sessions to drop those that ended; functions start on many threads.
_ONE_AT_A_TIME = threading.Lock()


@answers("sts", "GetCallerIdentity")
def caller_identity(request: ApiRequest) -> dict[str, Any]:
    """Say who calls (``baseline.local.principals`` lists the access keys)."""
    return {
        "Account": request.account,
        "Arn": request.caller_arn,
        "UserId": request.account if request.is_root else f"AROALOCAL:{request.caller_arn}",
    }


@answers("sts", "AssumeRole")
def assume_role(request: ApiRequest) -> dict[str, Any]:
    """Open a session of a role whose trust policy admits the caller."""
    given = request.parameters
    arn, name = str(given["RoleArn"]), given["RoleSessionName"]
    account, role_name = arn.split(":")[4], arn.rpartition("/")[2]
    role = emulators.ministack("iam")._roles.get_scoped(account, None, role_name)
    if request.is_root:
        raise ServiceError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    if role is None or role["Arn"] != arn or not _trusts(role, request):
        raise ServiceError(
            "AccessDenied",
            f"User: {request.caller_arn} is not authorized to perform: sts:AssumeRole "
            f"on resource: {arn}",
            403,
        )
    seconds = int(given.get("DurationSeconds") or _DEFAULT_SECONDS)
    session = f"arn:aws:sts::{account}:assumed-role/{role_name}/{name}"
    identifier = f"{role['RoleId']}:{name}"
    credentials = open_session(
        session, identifier, seconds=seconds, tags=given.get("Tags") or [], source=request
    )
    return {
        "Credentials": {
            **credentials,
            "Expiration": datetime.fromtimestamp(time.time() + seconds, UTC),
        },
        "AssumedRoleUser": {"AssumedRoleId": identifier, "Arn": session},
    }


@answers("sts", "AssumeRoot")
def assume_root(request: ApiRequest) -> dict[str, Any]:
    """Open a session of a member's root user, for one task that the organization manages."""
    given = request.parameters
    account = str(given["TargetPrincipal"]).removeprefix("arn:aws:iam::").removesuffix(":root")
    task = root_tasks.name(given["TaskPolicyArn"].get("arn", ""))
    seconds = given.get("DurationSeconds")
    seconds = root_tasks.LONGEST_SECONDS if seconds is None else int(seconds)
    if task is None or not 0 <= seconds <= root_tasks.LONGEST_SECONDS:
        raise ServiceError("ValidationError", "No such task policy, or more than 900 seconds.")
    management = organization.management_of(account)
    if request.is_root or account == management or not _manages_root(request, management, task):
        raise ServiceError(
            "AccessDenied",
            f"User: {request.caller_arn} is not authorized to perform: sts:AssumeRoot "
            f"on resource: arn:aws:iam::{account}:root",
            403,
        )
    credentials = open_session(
        f"arn:aws:iam::{account}:root", account, seconds=seconds, source=request, root_task=task
    )
    expires = datetime.fromtimestamp(time.time() + seconds, UTC)
    return {"Credentials": {**credentials, "Expiration": expires}}


def _manages_root(request: ApiRequest, management: str | None, task: str) -> bool:
    """Whether the caller's account manages the root users of the organization, this task too."""
    if management is None:
        return False
    features = state.account_wide("iam root features", management)
    backend = organization.backend(management)
    delegated = any(
        admin.account.id == request.account and _TRUSTED_SERVICE in admin.services
        for admin in backend.admins
    )
    return root_tasks.FEATURES[task] in features and (delegated or request.account == management)


def open_session(
    arn: str,
    identifier: str,
    *,
    seconds: int | None = None,
    tags: list[dict[str, str]] | None = None,
    source: ApiRequest | None = None,
    root_task: str = "",
) -> dict[str, str]:
    """Register a session with ministack, which then knows its account.

    Args:
        arn: ARN of the assumed-role session.
        identifier: Its user ID.
        seconds: Until it ends; None for a session without end.
        tags: Session tags.
        source: The call that asked for it.
        root_task: Task policy of a session of ``sts:AssumeRoot``.

    Returns:
        ``AccessKeyId``, ``SecretAccessKey`` and ``SessionToken``.
    """
    credentials = {
        "AccessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "SecretAccessKey": secrets.token_hex(20),
        "SessionToken": secrets.token_hex(32),
    }
    expires = {"Expiration": time.time() + seconds} if seconds else {}
    opened = {
        "Arn": arn,
        "UserId": identifier,
        "SecretAccessKey": credentials["SecretAccessKey"],
        "SessionToken": credentials["SessionToken"],
        "AccountId": arn.split(":")[4],
        "PrincipalType": "AssumedRoot" if root_task else "AssumedRole",
        "RootTask": root_task,
        "SourcePrincipalArn": source.caller_arn if source else "",
        "SessionTags": tags or [],
        **expires,
    }
    with _ONE_AT_A_TIME:
        emulators.ministack("sts").register_session(credentials["AccessKeyId"], opened)
    return credentials


def _trusts(role: Mapping[str, Any], request: ApiRequest) -> bool:
    evaluator = emulators.module("ministack.core.iam_evaluator")
    facts = {
        "aws:principalarn": request.principal_arn,
        "aws:principalaccount": request.account,
        "sts:externalid": request.parameters.get("ExternalId"),
        "sts:rolesessionname": request.parameters["RoleSessionName"],
    }
    user = request.principal_arn.partition(":user/")[2]
    if user:  # whose access key stands for a second factor that was just given
        facts |= {
            "aws:username": user,
            "aws:multifactorauthpresent": "true",
            "aws:multifactorauthage": "0",
        }
    context = evaluator.EvalContext(
        # What aws:PrincipalArn holds: the role, where the caller itself is a session of it.
        principal_arn=request.principal_arn,
        principal_type="User" if user else "AssumedRole",
        principal_account=request.account,
        action="sts:AssumeRole",
        resource_arn=role["Arn"],
        region=request.region,
        service_context={key: value for key, value in facts.items() if value is not None},
        principal_keys={key: value for key, value in facts.items() if value is not None},
    )
    document = role["AssumeRolePolicyDocument"]
    text = document if isinstance(document, str) else json.dumps(document)
    text = text.replace("${aws:username}", user or "nobody")  # which ministack does not fill in
    return bool(evaluator.evaluate_trust_policy(text, request.caller_arn, context))


def know_the_organization() -> None:
    """Let trust policies ask for ``aws:PrincipalOrgID``; ministack has no members of organizations."""

    def identifier(account: str) -> str | None:
        management = organization.management_of(account)
        return None if management is None else str(organization.backend(management).org.id)

    emulators.module("ministack.core.iam_evaluator")._principal_org_id = identifier


def run_functions_as_their_roles() -> None:
    """Give Lambda functions credentials of their execution role, as AWS does."""
    for name in ("ministack.core.lambda_runtime", "ministack.services.lambda_svc"):
        emulators.module(name).execution_credentials = _execution_credentials


def _execution_credentials(config: Mapping[str, Any]) -> dict[str, str]:
    role = str(config["Role"])
    account, role_name = role.split(":")[4], role.rpartition("/")[2]
    function = str(config["FunctionName"])[:64]
    session = f"arn:aws:sts::{account}:assumed-role/{role_name}/{function}"
    credentials = open_session(session, f"AROALOCAL:{function}")
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
