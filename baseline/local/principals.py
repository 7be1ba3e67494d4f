"""Who calls: from an access key to account, ``aws:PrincipalArn`` and session.

Access keys of the embedded AWS:

* ``222222222222`` acts in that account as a session of the role ``LocalAdministrator``.
* ``ROOT222222222222`` acts as the root user of that account.
* ``STACKSETS222222222222`` acts in that account as the role with which StackSets deploy.
* ``USER222222222222anna`` acts as the IAM user ``anna`` of that account, who just gave a second factor.
* The key of an assumed role (STS, Lambda functions) acts as that role's session.
* The key of ``sts:AssumeRoot`` acts as a session of the member's root user, for one task.

The secret key is not checked: the endpoint listens on loopback only.
"""

import re
from dataclasses import dataclass, field

from baseline.local import emulators

ADMINISTRATOR = "LocalAdministrator"
STACK_SETS = "stacksets-exec-0123456789abcdef0123456789abcdef"
KEY_PREFIXES = ("ROOT", "STACKSETS", "USER")
DEFAULT_ACCOUNT = "000000000000"
_ACCOUNT_KEY = re.compile(r"^(ROOT|STACKSETS)?(\d{12})$")
_USER_KEY = re.compile(r"^USER(\d{12})([\w+=,.@-]+)$")
_SESSION_ARN = re.compile(r"^arn:([\w-]+):sts::(\d{12}):assumed-role/([^/]+)/(.+)$")


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The identity behind an access key.

    Attributes:
        account: Account ID.
        arn: Role, user or root ARN, as ``aws:PrincipalArn`` holds it.
        caller_arn: What ``sts:GetCallerIdentity`` returns.
        access_key: The key to hand to the emulators (they know account keys and session keys).
        tags: Session tags.
        root_task: Task policy of a session of ``sts:AssumeRoot``.
    """

    account: str
    arn: str
    caller_arn: str
    access_key: str
    tags: dict[str, str] = field(default_factory=dict)
    root_task: str = ""


def identify(access_key: str) -> Principal:
    """Give the principal of an access key; an unknown key is the default account's administrator."""
    account_key = _ACCOUNT_KEY.match(access_key)
    if account_key:
        kind, account = account_key.groups()
        role = STACK_SETS if kind == "STACKSETS" else ADMINISTRATOR
        return _account_principal(account, root=kind == "ROOT", role=role)
    user = _USER_KEY.match(access_key)
    if user:
        account, name = user.groups()
        arn = f"arn:aws:iam::{account}:user/{name}"
        return Principal(account=account, arn=arn, caller_arn=arn, access_key=account)
    session = emulators.ministack("sts")._sessions.get(access_key)
    if session is None:
        return _account_principal(DEFAULT_ACCOUNT, root=False)
    return _session_principal(access_key, session)


def _account_principal(account: str, *, root: bool, role: str = ADMINISTRATOR) -> Principal:
    if root:
        arn = f"arn:aws:iam::{account}:root"
        return Principal(account=account, arn=arn, caller_arn=arn, access_key=account)
    return Principal(
        account=account,
        arn=f"arn:aws:iam::{account}:role/{role}",
        caller_arn=f"arn:aws:sts::{account}:assumed-role/{role}/local",
        access_key=account,
    )


def _session_principal(access_key: str, session: dict[str, object]) -> Principal:
    caller = str(session["Arn"])
    match = _SESSION_ARN.match(caller)
    if match is None:
        return Principal(
            account=caller.split(":")[4],
            arn=caller,
            caller_arn=caller,
            access_key=access_key,
            root_task=str(session.get("RootTask", "")),
        )
    partition, account, role_name, _ = match.groups()
    role = emulators.ministack("iam")._roles.get_scoped(account, None, role_name)
    arn = role["Arn"] if role else f"arn:{partition}:iam::{account}:role/{role_name}"
    tags = session.get("SessionTags") or []
    return Principal(
        account=account,
        arn=arn,
        caller_arn=caller,
        access_key=access_key,
        tags={tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else {},
    )
