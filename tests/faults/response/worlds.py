"""An account for each playbook, in moto: what happened there, and what it looks like afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from moto import mock_aws

from baseline.response.playbooks.model import Playbook
from tests.unit.response import (
    compute_world,
    data_account,
    data_events,
    incident_aws,
    machine,
    test_compromised_access_key,
    test_compromised_role_session,
    test_exposed_bucket,
    test_exposed_database,
    test_malware_object,
    test_trail_tampering,
)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|oi-\w+|\b(?:eni|sg|vol|snap|acl|i|r)-\w+")


@dataclass(frozen=True)
class World:
    """A playbook, and the account that it answers in.

    Attributes:
        playbook: the playbook.
        event: what it is started with.
        state: gives what the playbook changes, without moments and IDs.
    """

    playbook: Playbook
    event: dict[str, Any]
    state: Callable[[], str]


def _plain(found: Any) -> str:
    return MOMENT.sub("*", json.dumps(found, sort_keys=True, default=str))


@contextmanager
def access_key() -> Iterator[World]:
    unit = test_compromised_access_key
    with incident_aws.accounts():
        iam = machine.member("iam")
        iam.create_user(UserName="alice")
        iam.create_login_profile(UserName="alice", Password="Secret-123456")
        key = unit.new_key()
        yield World(
            unit.PLAYBOOK, unit.finding(key), lambda: _plain(unit.state()).replace(key, "KEY")
        )


@contextmanager
def role_session() -> Iterator[World]:
    unit = test_compromised_role_session
    with incident_aws.accounts():
        yield World(unit.PLAYBOOK, unit.finding(unit.make()), lambda: _plain(unit.state()))


@contextmanager
def trail() -> Iterator[World]:
    unit = test_trail_tampering
    with incident_aws.accounts() as missing:
        unit.protect(missing)
        unit.stop_trail(missing)
        event = unit.tampered("StopLogging")
        yield World(unit.PLAYBOOK, event, lambda: _plain(unit.running(missing)))


@contextmanager
def public_bucket() -> Iterator[World]:
    unit = test_exposed_bucket
    with data_account.accounts():
        data_account.bucket(data_account.BUCKET, data_account.EVERYBODY, data_account.PARTNER)
        event = data_events.event(unit.EXPOSED[0])
        yield World(
            unit.PLAYBOOK,
            event,
            lambda: _plain([data_account.blocked(), data_account.statements()]),
        )


@contextmanager
def malware() -> Iterator[World]:
    unit = test_malware_object
    with data_account.accounts():
        s3, version = unit.uploaded()
        event = data_events.event(data_events.names(unit.PLAYBOOK.id)[0], VERSION=version)

        def state() -> str:
            kept = [unit.tags(s3, each) for each in unit.versions(s3)]
            return _plain([sorted(map(str, each)) for each in kept] + [data_account.statements()])

        yield World(unit.PLAYBOOK, event, state)


@contextmanager
def public_snapshot() -> Iterator[World]:
    unit = test_exposed_database
    with data_account.accounts():
        things = unit.Things()
        event = things.event("ModifySnapshotAttribute")
        yield World(unit.PLAYBOOK, event, lambda: _plain(sorted(things.public())))


@contextmanager
def instance() -> Iterator[World]:
    from baseline.response.playbooks import compromised_instance  # noqa: PLC0415 - nightly only

    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        stack.enter_context(machine.security_account())
        stack.enter_context(compute_world.quick())
        made = compute_world.build()
        stack.enter_context(compute_world.answered(made))
        event = compute_world.recorded(compromised_instance.TYPES[0], made.instance)

        def state() -> str:
            return _plain(
                [
                    [made.groups_of(each) for each in made.interfaces],
                    made.state(),
                    made.profiles(),
                    made.targets(),
                    made.container_status(),
                    len(made.snapshots()),
                    sorted(made.denied(made.shared_subnet)),
                ]
            )

        yield World(compromised_instance.PLAYBOOK, event, state)


WORLDS: dict[str, Callable[[], Any]] = {
    "compromised-access-key": access_key,
    "compromised-role-session": role_session,
    "compromised-instance": instance,
    "exposed-bucket": public_bucket,
    "exposed-database": public_snapshot,
    "malware-object": malware,
    "trail-tampering": trail,
}
