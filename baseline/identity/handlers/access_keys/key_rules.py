"""What should happen to a user's credentials: facts in, steps out, no call to AWS.

The state of a rotation is read from AWS each time and kept nowhere else: the keys and their ages
from IAM; which key the secret holds, which one it replaces and since when that one is off from the
secret's version and tags. So a run that broke off is continued by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# AWS's clocks and the function's differ a little, and a function runs 15 minutes at most.
SKEW = timedelta(minutes=5)
LONGEST_RUN = timedelta(minutes=20)
KEYS_PER_USER = 2
"""Access keys that a user may have (IAM User Guide, "IAM and AWS STS quotas")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The configured periods, in days, and who is left alone."""

    rotate_after: int
    warn: int
    grace: int
    delete_after: int
    unused_after: int
    remove_passwords: bool
    exempt_key: str
    exempt_value: str
    exempt_users: frozenset[str] = frozenset()

    @property
    def successor_after(self) -> int:
        """Age at which a key gets a successor, so that its own end comes at rotate_after."""
        return self.rotate_after - self.grace


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An access key, without its secret part."""

    id: str
    active: bool
    created: datetime
    last_used: datetime | None = None

    def idle_since(self) -> datetime:
        """Give when the key was last of use: when it was made, if it was never used."""
        return max(self.created, self.last_used or self.created)


@dataclass(frozen=True, kw_only=True, slots=True)
class Password:
    """A console password."""

    created: datetime
    last_used: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """What is known of the user's secret without reading it.

    Attributes:
        current: ID of the key whose secret part it holds.
        replaces: ID of the key that the current one replaces.
        wanted_at: since when a successor is in the making; None when it is stored.
        deactivated_at: since when the replaced key is off.
    """

    current: str | None = None
    replaces: str | None = None
    wanted_at: datetime | None = None
    deactivated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """An IAM user with what it can sign in with."""

    name: str
    id: str
    arn: str
    keys: tuple[Key, ...] = ()
    password: Password | None = None
    secret: Secret = field(default_factory=Secret)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do or to tell.

    Attributes:
        finding: what was found, in kebab case.
        action: what to do about it; None where there is only something to tell.
        key: ID of the access key it is about.
        detail: a sentence for the report.
        state: how the report calls it where there is no action: ``finding`` wants a person,
            ``warning`` and ``waiting`` pass by themselves, ``exempt`` was decided by somebody.
        notable: today is a day on which people hear of it.
    """

    finding: str
    detail: str
    action: str | None = None
    key: str | None = None
    state: str = "finding"
    notable: bool = False


def decide(user: User, policy: Policy, now: datetime) -> list[Step]:
    """Give the steps for one user, in the order in which they are to be done."""
    if not user.keys and user.password is None:
        return []
    reason = _exemption(user, policy)
    if reason:
        return [Step(finding="exempt", detail=reason, state="exempt")]
    return [*_password(user, policy, now), *_keys(user, policy, now)]


def _exemption(user: User, policy: Policy) -> str | None:
    if user.name in policy.exempt_users:
        return "the user is exempt by name"
    if user.tags.get(policy.exempt_key) == policy.exempt_value:
        return f"the user has the tag {policy.exempt_key}={policy.exempt_value}"
    return None


def _password(user: User, policy: Policy, now: datetime) -> Iterator[Step]:
    if user.password is None:
        return
    idle = _days(now, max(user.password.created, user.password.last_used or user.password.created))
    if idle < policy.unused_after:
        return
    yield Step(
        finding="unused-password",
        detail=f"the password was not used for {idle} days",
        action="remove-password" if policy.remove_passwords else None,
    )


def _keys(user: User, policy: Policy, now: datetime) -> Iterator[Step]:
    keys = list(user.keys)
    for key in user.keys:
        if _is_in_the_making(key, user.secret, now):
            yield Step(
                finding="in-progress",
                detail="another run is making or storing this access key",
                key=key.id,
                state="waiting",
            )
            return
        if _is_lost(key, user.secret, now):
            keys.remove(key)
            yield Step(
                finding="half-done",
                detail="a run broke off before it stored this successor; nobody has its secret part",
                action="delete-lost",
                key=key.id,
            )
    yield from _unused(keys, user.secret, policy, now)
    yield from _rotation(keys, user.secret, policy, now)


def _unused(keys: list[Key], secret: Secret, policy: Policy, now: datetime) -> Iterator[Step]:
    for key in list(keys):
        idle = _days(now, key.idle_since())
        # A replaced key has an end already, which its grace period sets.
        if key.active and idle >= policy.unused_after and not _is_replaced(key, secret, keys):
            keys[keys.index(key)] = Key(
                id=key.id, active=False, created=key.created, last_used=key.last_used
            )
            yield Step(
                finding="unused-key",
                detail=f"the access key was not used for {idle} days",
                action="deactivate",
                key=key.id,
            )


def _rotation(keys: list[Key], secret: Secret, policy: Policy, now: datetime) -> Iterator[Step]:
    old = next((key for key in keys if _is_replaced(key, secret, keys)), None)
    if old is not None:
        yield from _replaced(old, keys, secret, policy, now)
        return
    active = [key for key in keys if key.active]
    if len(active) == KEYS_PER_USER:
        ages = " and ".join(str(_days(now, key.created)) for key in active)
        yield Step(
            finding="two-active-keys",
            detail=f"two active access keys, {ages} days old; which one is in use only their owner "
            "knows, so neither is rotated: deactivate one",
        )
    elif active:
        yield from _aging(active[0], keys, policy, now)


def _replaced(
    old: Key, keys: list[Key], secret: Secret, policy: Policy, now: datetime
) -> Iterator[Step]:
    """Take an old key with a stored successor out of service: off, later gone."""
    successor = next(key for key in keys if key.id == secret.current)
    if old.active:
        left = policy.grace - _days(now, successor.created)
        used = "is in use" if successor.last_used else "was not used yet"
        if left <= 0:
            yield Step(
                finding="grace-period-over",
                detail=f"its successor {successor.id} {used}",
                action="deactivate",
                key=old.id,
            )
        else:
            yield Step(
                finding="successor-waits",
                detail=f"ends in {left} days; its successor {successor.id} {used}",
                key=old.id,
                state="waiting",
                notable=left == 1,
            )
    elif secret.deactivated_at is None:
        yield Step(
            finding="half-done",
            detail="the access key is off, and nothing says since when; counted from now",
            action="record-deactivation",
            key=old.id,
        )
    elif _days(now, secret.deactivated_at) >= policy.delete_after and successor.active:
        yield Step(
            finding="deletion-due",
            detail=f"off for {_days(now, secret.deactivated_at)} days",
            action="delete",
            key=old.id,
        )
        yield from _aging(successor, [key for key in keys if key is not old], policy, now)


def _aging(key: Key, keys: list[Key], policy: Policy, now: datetime) -> Iterator[Step]:
    age = _days(now, key.created)
    if age < policy.successor_after - policy.warn:
        return
    if age < policy.successor_after:
        yield Step(
            finding="rotation-due-soon",
            detail=f"gets a successor in {policy.successor_after - age} days",
            key=key.id,
            state="warning",
            notable=age == policy.successor_after - policy.warn,
        )
        return
    other = next((found for found in keys if found.id != key.id), None)
    if other is not None:
        yield Step(
            finding="no-room-for-a-successor",
            detail=f"{age} days old, but the inactive access key {other.id} takes the user's second "
            "place: delete it",
            key=key.id,
        )
        return
    yield Step(
        finding="rotation-due",
        detail=f"{age} days old",
        action="create-successor",
        key=key.id,
    )


def _is_replaced(key: Key, secret: Secret, keys: list[Key]) -> bool:
    """Tell whether a successor of the key is stored and still there."""
    stored = any(other.id == secret.current for other in keys)
    return key.id == secret.replaces and key.id != secret.current and stored


def _is_unstored(key: Key, secret: Secret) -> bool:
    """Tell whether the key was made by a run that meant to store it and has not."""
    if secret.wanted_at is None or key.id in {secret.current, secret.replaces}:
        return False
    made = secret.wanted_at - SKEW <= key.created <= secret.wanted_at + LONGEST_RUN
    return made and key.last_used is None


def _is_in_the_making(key: Key, secret: Secret, now: datetime) -> bool:
    return _is_unstored(key, secret) and now - key.created < LONGEST_RUN


def _is_lost(key: Key, secret: Secret, now: datetime) -> bool:
    return _is_unstored(key, secret) and now - key.created >= LONGEST_RUN


def _days(now: datetime, then: datetime) -> int:
    return (now - then).days
