"""Steps of the identity playbooks: an access key of a user, and a session of a role."""

from __future__ import annotations

import os
from typing import Any

import history
import identity_principals as principals
import identity_revocation as revocation
from botocore.exceptions import ClientError
from calls import Call, NothingToDo
from identity_revocation import moment

Client = Any  # boto3 clients have no published type
State = dict[str, Any]

LONG_TERM = "AKIA"
UNKNOWN = frozenset({"AccessDenied", principals.GONE})
"""IAM refuses to say whose key it is when it belongs to another account."""


# The user of an access key


def describe_user(call: Call) -> None:
    """Keep what the user is and has, as it is found."""
    iam, name = _user(call)
    found = principals.user(iam, name)
    call.keep("user.json", found)
    keys = ", ".join(f"{key['AccessKeyId']} ({key['Status']})" for key in found["access_keys"])
    policies = [policy["PolicyName"] for policy in found["attached_policies"]]
    policies += [*found["inline_policies"], *(f"group {each}" for each in found["groups"])]
    call.note(f"user {name} has the keys {keys or 'none'}")
    call.note(f"its permissions come from {', '.join(policies) or 'nothing'}")
    if found["console_password_since"]:
        call.note(f"it has a console password since {found['console_password_since']}")
    _say_others(call)


def deactivate_key(call: Call) -> None:
    """Deactivate the key, and keys that were made since the incident began."""
    iam, name = _changeable_user(call)
    keys = principals.access_keys(iam, name)
    meant = _meant(call, name, keys)
    if not meant:
        raise NothingToDo(f"{name} has no such access key any more")
    active = [key["AccessKeyId"] for key in keys if key["Status"] == "Active"]
    for other in sorted(set(active) - meant):
        call.note(f"access key {other} of {name} stays active")
    call.each(sorted(set(active) & meant), lambda key: _deactivate(call, iam, name, key))


def revoke_user_sessions(call: Call) -> None:
    """Deny what sessions may do that the user's keys opened before now."""
    iam, name = _changeable_user(call)
    inline = revocation.policy_name()
    revocation.revoke(
        call,
        who=f"user {name}",
        read=lambda: iam.get_user_policy(UserName=name, PolicyName=inline),
        write=lambda document: iam.put_user_policy(
            UserName=name, PolicyName=inline, PolicyDocument=document
        ),
        # A key that was deactivated late opened sessions until then.
        after=[
            call.target.get("last_seen"),
            call.incident["detected"],
            call.earlier("deactivate_key").get("deactivated_at"),
        ],
    )


def quarantine_user(call: Call) -> None:
    """Attach AWS's own quarantine: no new keys, users, roles, instances or functions."""
    iam, name = _changeable_user(call)
    _attach_once(
        call,
        f"the quarantine to user {name}",
        is_there=lambda arn: principals.attached(
            iam, "list_attached_user_policies", arn, UserName=name
        ),
        attach=lambda arn: iam.attach_user_policy(UserName=name, PolicyArn=arn),
        policy="AWSCompromisedKeyQuarantineV3",
    )


def trace_key(call: Call) -> None:
    """Keep what the key did, and report what it made."""
    found = history.look(call, "AccessKeyId", call.target["id"], keep="calls.json")
    _say_sessions(call, found)


def delete_key(call: Call) -> None:
    """Delete the key."""
    iam, name = _changeable_user(call)
    key = call.target["id"]
    if key not in {each["AccessKeyId"] for each in principals.access_keys(iam, name)}:
        raise NothingToDo(f"{name} has no access key {key} any more")
    call.change(
        f"delete access key {key} of {name}",
        lambda: iam.delete_access_key(UserName=name, AccessKeyId=key),
    )


def delete_login_profile(call: Call) -> None:
    """Delete the console password."""
    iam, name = _changeable_user(call)
    if principals.password_since(iam, name) is None:
        raise NothingToDo(f"{name} has no console password")
    call.change(
        f"delete the console password of {name}", lambda: iam.delete_login_profile(UserName=name)
    )


# The role of a session


def describe_role(call: Call) -> None:
    """Keep what the role is and who may assume it, as it is found."""
    iam = call.client("iam")
    found = _found(iam, call)
    kept = principals.role(iam, found["RoleName"])
    call.keep("role.json", kept)
    used = found.get("RoleLastUsed", {})
    call.note(f"role {found['RoleName']} was last used {used.get('LastUsedDate', 'never')}")
    _say_others(call)
    if kept["instance_profiles"] or call.target.get("instance"):
        machine = call.target.get("instance") or "every instance with its profile"
        call.note(
            f"instances get sessions of this role ({', '.join(kept['instance_profiles'])}), and new "
            f"ones after the revocation: start compromised-instance for {machine}"
        )


def revoke_role_sessions(call: Call) -> None:
    """Deny what sessions may do that were issued before now; the trust stays as it is."""
    iam, name = _changeable_role(call)
    inline = revocation.policy_name()
    revocation.revoke(
        call,
        who=f"role {name}",
        read=lambda: iam.get_role_policy(RoleName=name, PolicyName=inline),
        write=lambda document: iam.put_role_policy(
            RoleName=name, PolicyName=inline, PolicyDocument=document
        ),
        after=[call.target.get("last_seen"), call.incident["detected"]],
    )


def trace_session(call: Call) -> None:
    """Keep what the session did, and report what it made."""
    key = call.target.get("access_key")
    if not key:
        raise NothingToDo("the event does not say which session: ask the trail for the role")
    found = history.look(call, "AccessKeyId", key, keep="calls.json")
    _say_sessions(call, found)


def deny_role(call: Call) -> None:
    """Deny everything to the role, new sessions included."""
    iam, name = _changeable_role(call)
    _attach_once(
        call,
        f"a denial of everything to role {name}, which interrupts what works with it",
        is_there=lambda arn: principals.attached(
            iam, "list_attached_role_policies", arn, RoleName=name
        ),
        attach=lambda arn: iam.attach_role_policy(RoleName=name, PolicyArn=arn),
        policy="AWSDenyAll",
    )


# What several of them need


def _user(call: Call) -> tuple[Client, str]:
    """Find the user; of some events only the key is known."""
    iam = call.client("iam")
    name = call.target.get("user")
    try:
        if not name:
            used = iam.get_access_key_last_used(AccessKeyId=call.target["id"])
            name = str(used["UserName"])
        iam.get_user(UserName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ({principals.GONE} if name else UNKNOWN):
            raise
        raise _alas(call, f"no user of this account has access key {call.target['id']}") from error
    return iam, str(name)


def _changeable_user(call: Call) -> tuple[Client, str]:
    iam, name = _user(call)
    reason = principals.why_no_user(principals.groups(iam, name))
    if reason:
        raise _alas(call, f"{name} is not changed: {reason}")
    return iam, name


def _found(iam: Client, call: Call) -> State:
    """Find the role, unless it is another one of the same name by now."""
    name, role_id = call.target["id"], call.target.get("role_id")
    try:
        found: State = iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] != principals.GONE:
            raise
        raise _alas(call, f"role {name} is gone, and its sessions with it") from error
    if role_id and role_id.startswith("AROA") and found["RoleId"] != role_id:
        raise _alas(
            call, f"role {name} was made anew: sessions of {role_id} ended with the old one"
        )
    return found


def _changeable_role(call: Call) -> tuple[Client, str]:
    iam = call.client("iam")
    found = _found(iam, call)
    reason = principals.why_no_role(found)
    if reason:
        raise _alas(call, f"{found['RoleName']} is not changed: {reason}")
    return iam, found["RoleName"]


def _alas(call: Call, reason: str) -> NothingToDo:
    """Give what ends a step that cannot contain, and let people hear of it, unless it is a sample."""
    if not call.dry_run:
        call.problems.append(reason)
    return NothingToDo(reason)


def _meant(call: Call, name: str, keys: list[State]) -> set[str]:
    """Give the keys to deactivate: the one of the event, and those that are younger than it."""
    named = call.target["id"]
    known = {key["AccessKeyId"] for key in keys}
    meant = {named} if named.startswith(LONG_TERM) else _issuers(call, name)
    began = moment(call.incident["detected"])
    meant |= {
        key["AccessKeyId"]
        for key in keys
        if began and key["CreateDate"] >= began and call.incident["finding"]["type"] != "by hand"
    }
    return meant & known


def _issuers(call: Call, name: str) -> set[str]:
    """Find the key that issued a session of the user, in the event history."""
    since = history.begin(call.incident["detected"])
    session = call.target["id"]
    for region in dict.fromkeys([call.region, history.GLOBAL_REGION]):
        for event in history.lookup(call, region, "Username", name, since=since):
            issued = ((event.get("responseElements") or {}).get("credentials") or {}).get(
                "accessKeyId"
            )
            if issued == session:
                return {event["userIdentity"]["accessKeyId"]}
    call.problems.append(
        f"which key opened session {session} is not in the event history: the sessions of {name} are "
        "revoked, its keys stay as they are"
    )
    return set()


def _deactivate(call: Call, iam: Client, name: str, id: str) -> None:
    call.change(
        f"deactivate access key {id} of {name}",
        lambda: iam.update_access_key(UserName=name, AccessKeyId=id, Status="Inactive"),
    )
    call.facts["deactivated_at"] = revocation.now_text()


def _attach_once(call: Call, said: str, *, is_there: Any, attach: Any, policy: str) -> None:  # noqa: ANN401
    arn = f"arn:{os.environ['PARTITION']}:iam::aws:policy/{policy}"
    if is_there(arn):
        call.note(f"{policy} is attached already")
        return
    call.change(f"attach {said} ({policy})", lambda: attach(arn))


def _say_others(call: Call) -> None:
    for other in call.target.get("others") or []:
        call.problems.append(f"the event is about {other}, too: start its playbook by hand")


def _say_sessions(call: Call, found: list[State]) -> None:
    """Name the roles that were assumed: their sessions outlive the key."""
    roles = {
        str((event.get("requestParameters") or {}).get("roleArn"))
        for event in found
        if event["eventName"].startswith("AssumeRole") and not event.get("errorCode")
    }
    for arn in sorted(roles):
        call.problems.append(f"it opened sessions of {arn}: start compromised-role-session for it")
