"""Steps for databases, snapshots and images that everybody has access to."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from calls import Call, NothingToDo, code_of
from data_exemption import on_purpose
from data_read import GONE, plain, read
from data_shares import KINDS, Exposable, public_snapshots

State = dict[str, Any]
Client = Any  # boto3 clients have no published type
Answer = Any

ACCOUNT_SNAPSHOTS = "ebs-snapshots"
"""All public EBS snapshots of an account and Region: Security Hub's EC2.1 does not name them."""

SHARED_BY_EC2 = {
    "ebs-snapshot": (
        "get_snapshot_block_public_access_state",
        "State",
        "enable_snapshot_block_public_access",
        "State",
    ),
    "image": (
        "get_image_block_public_access_state",
        "ImageBlockPublicAccessState",
        "enable_image_block_public_access",
        "ImageBlockPublicAccessState",
    ),
}
"""Kind to: operation that reads the Region's block, its answer, operation that sets it, its
parameter."""

BLOCK_NEW = "block-new-sharing"
SNAPSHOT_LENGTH = 255


def keep_exposed_settings(call: Call) -> None:
    """Keep what the resource is, and with whom it is shared."""

    def keep(kind: str, id: str, state: State) -> None:
        call.keep(f"{kind}-{id}.json", plain(state))
        shared = state.get("shared_with")
        call.note(f"{KINDS[kind].words} {id}" + (f" is shared with {shared}" if shared else ""))

    _each(call, keep)


def end_public_sharing(call: Call) -> None:
    """Take everybody out of those that a snapshot or image is shared with."""

    def end(kind: str, id: str, state: State) -> None:
        if not KINDS[kind].interrupts:
            _close(
                call, kind, id, state, said=f"end the public sharing of {KINDS[kind].words} {id}"
            )

    _each(call, end)


def end_public_access(call: Call) -> None:
    """Give the database only addresses of its network; connections from outside end."""

    def end(kind: str, id: str, state: State) -> None:
        if KINDS[kind].interrupts:
            _close(call, kind, id, state, said=f"end the public access to {KINDS[kind].words} {id}")

    _each(call, end)


def block_public_sharing(call: Call) -> None:
    """Refuse that snapshots or images of the Region are shared with everybody anew."""
    kind = "ebs-snapshot" if call.target["kind"] == ACCOUNT_SNAPSHOTS else call.target["kind"]
    if kind not in SHARED_BY_EC2:
        raise NothingToDo("EC2 has such a block for EBS snapshots and images only")
    get, answer, enable, parameter = SHARED_BY_EC2[kind]
    ec2 = call.client("ec2")
    before = str(getattr(ec2, get)()[answer])
    if before.startswith("block-"):
        raise NothingToDo(f"the Region's block is {before}")
    call.keep("sharing-block-before.json", {answer: before})
    call.change(
        f"refuse new public sharing of each {KINDS[kind].words} in {call.region}",
        lambda: getattr(ec2, enable)(**{parameter: BLOCK_NEW}),
    )


def copy_database(call: Call) -> None:
    """Take a snapshot of the database, for an investigation."""
    if call.target["kind"] != "db-instance":
        raise NothingToDo("only a database instance is copied")
    rds, name = call.client("rds"), call.target["id"]
    copy = f"{os.environ['PREFIX']}-{call.incident['id']}"[:SNAPSHOT_LENGTH]
    found = _present(lambda: rds.describe_db_instances(DBInstanceIdentifier=name))
    cluster = found["DBInstances"][0].get("DBClusterIdentifier")
    tags = [{"Key": os.environ["TAG_KEY"], "Value": call.incident["id"]}]
    if cluster:
        there = read(
            lambda: rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=copy),
            "DBClusterSnapshotNotFoundFault",
        )
        if there and there["DBClusterSnapshots"]:
            raise NothingToDo(f"{copy} exists")
        call.change(
            f"take the snapshot {copy} of cluster {cluster}",
            lambda: rds.create_db_cluster_snapshot(
                DBClusterSnapshotIdentifier=copy, DBClusterIdentifier=cluster, Tags=tags
            ),
        )
        return
    there = read(lambda: rds.describe_db_snapshots(DBSnapshotIdentifier=copy), "DBSnapshotNotFound")
    if there and there["DBSnapshots"]:
        raise NothingToDo(f"{copy} exists")
    call.change(
        f"take the snapshot {copy} of {name}",
        lambda: rds.create_db_snapshot(
            DBSnapshotIdentifier=copy, DBInstanceIdentifier=name, Tags=tags
        ),
    )


def is_public(client: Callable[[str], Client], kind: str, id: str) -> bool:
    """Tell whether everybody has access now, and nobody wanted it.

    Args:
        client: gives a client of a service in the resource's account and Region.
        kind: one of :data:`data_shares.KINDS`.
        id: of the resource.

    Raises:
        ClientError: when it is gone or may not be read.
    """
    one = KINDS[kind]
    state = one.describe(client(one.service), id)
    return one.is_public(state) and not on_purpose([id], one.tags(state))


def _close(call: Call, kind: str, id: str, state: State, *, said: str) -> None:
    one: Exposable = KINDS[kind]
    if not one.is_public(state):
        call.note(f"{one.words} {id} is not public")
        return
    reason = on_purpose([id], one.tags(state))
    if reason:
        call.note(reason)
        return
    client = call.client(one.service)
    call.change(said, lambda: one.close(client, id))


def _each(call: Call, action: Callable[[str, str, State], None]) -> None:
    """Do something for each resource of the incident that is still there."""
    kind, present = call.target["kind"], 0
    ids = [call.target["id"]]
    if kind == ACCOUNT_SNAPSHOTS:
        kind, ids = "ebs-snapshot", public_snapshots(call.client("ec2"))
    one = KINDS[kind]

    def act(id: str) -> None:
        nonlocal present
        try:
            state = one.describe(call.client(one.service), id)
        except ClientError as error:
            if code_of(error) not in GONE:
                raise
            call.note(f"{one.words} {id} is gone")
            return
        present += 1
        action(kind, id, state)

    call.each(ids, act)
    if not present:
        raise NothingToDo("nothing public is there (any more)")


def _present(action: Callable[[], Answer]) -> Answer:
    try:
        return action()
    except ClientError as error:
        if code_of(error) in GONE:
            raise NothingToDo("the database is gone") from error
        raise
