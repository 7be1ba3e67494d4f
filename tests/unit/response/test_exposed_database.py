"""Exposed databases and snapshots: everybody is out at once where nobody is cut off by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient

from baseline.config.exposure import Exposure
from baseline.response.playbooks.exposed_database import PLAYBOOK
from tests.fast import sampled
from tests.unit.response import machine
from tests.unit.response.data_account import SECOND, accounts, kept
from tests.unit.response.data_events import event, names
from tests.unit.response.machine import ALWAYS, MEMBER, REGION, Faults, Tickets, member, run

PARTNER = "777777777777"
BLOCKS = {"snapshot": "unblocked", "image": "unblocked"}


@pytest.fixture
def tickets() -> Iterator[Tickets]:
    with accounts() as found, region_blocks():
        yield found


def region_blocks() -> Any:
    """Answer the calls about a Region's blocks of public sharing, which moto does not know."""
    real = BaseClient._make_api_call
    state = dict(BLOCKS)
    parameters = {"snapshot": "State", "image": "ImageBlockPublicAccessState"}

    def call(client: Any, operation: str, request: Any) -> Any:
        for kind, name in parameters.items():
            if operation == f"Get{kind.title()}BlockPublicAccessState":
                return {name: state[kind]}
            if operation == f"Enable{kind.title()}BlockPublicAccess":
                state[kind] = request[name]
                return {name: state[kind]}
        return real(client, operation, request)

    return patch.object(BaseClient, "_make_api_call", call)


class Things:
    """What everybody has access to in the member account, by the kind of the resource."""

    def __init__(self) -> None:
        ec2, rds, redshift = member("ec2"), member("rds"), member("redshift")
        volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
        self.snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        for who in ({"GroupNames": ["all"]}, {"UserIds": [PARTNER]}):
            ec2.modify_snapshot_attribute(
                SnapshotId=self.snapshot,
                Attribute="createVolumePermission",
                OperationType="add",
                **who,
            )
        self.image = ec2.register_image(Name="web", Architecture="x86_64")["ImageId"]
        ec2.modify_image_attribute(
            ImageId=self.image, LaunchPermission={"Add": [{"Group": "all"}, {"UserId": PARTNER}]}
        )
        rds.create_db_instance(
            DBInstanceIdentifier="shop",
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            PubliclyAccessible=True,
            AllocatedStorage=20,
            MasterUsername="shop",
            MasterUserPassword="not-a-secret",
        )
        rds.create_db_snapshot(DBSnapshotIdentifier="shop-before", DBInstanceIdentifier="shop")
        rds.create_db_cluster(
            DBClusterIdentifier="books",
            Engine="aurora-postgresql",
            MasterUsername="shop",
            MasterUserPassword="not-a-secret",
        )
        rds.create_db_cluster_snapshot(
            DBClusterSnapshotIdentifier="shop-cluster", DBClusterIdentifier="books"
        )
        rds.modify_db_snapshot_attribute(
            DBSnapshotIdentifier="shop-before", AttributeName="restore", ValuesToAdd=["all"]
        )
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="shop-cluster", AttributeName="restore", ValuesToAdd=["all"]
        )
        redshift.create_cluster(
            ClusterIdentifier="reports",
            NodeType="ra3.large",
            MasterUsername="shop",
            MasterUserPassword="Not-a-secret1",
            PubliclyAccessible=True,
        )

    def public(self) -> set[str]:
        """Give the kinds to which everybody has access now."""
        ec2, rds = member("ec2"), member("rds")
        volume = ec2.describe_snapshot_attribute(
            SnapshotId=self.snapshot, Attribute="createVolumePermission"
        )["CreateVolumePermissions"]
        image = ec2.describe_image_attribute(ImageId=self.image, Attribute="launchPermission")
        copy = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier="shop-before")
        cluster = rds.describe_db_cluster_snapshot_attributes(
            DBClusterSnapshotIdentifier="shop-cluster"
        )
        database = rds.describe_db_instances(DBInstanceIdentifier="shop")["DBInstances"][0]
        reports = member("redshift").describe_clusters(ClusterIdentifier="reports")["Clusters"][0]
        is_public = {
            "ebs-snapshot": {"Group": "all"} in volume,
            "image": {"Group": "all"} in image["LaunchPermissions"],
            "db-snapshot": "all" in str(copy["DBSnapshotAttributesResult"]),
            "db-cluster-snapshot": "all" in str(cluster["DBClusterSnapshotAttributesResult"]),
            "db-instance": database["PubliclyAccessible"],
            "redshift-cluster": reports["PubliclyAccessible"],
        }
        return {kind for kind, found in is_public.items() if found}

    def event(self, name: str, **more: str) -> dict[str, Any]:
        return event(name, SNAPSHOT=self.snapshot, IMAGE=self.image, **more)


ALL = {
    "ebs-snapshot",
    "image",
    "db-snapshot",
    "db-cluster-snapshot",
    "db-instance",
    "redshift-cluster",
}
KIND_OF = {
    "EC2.1": "ebs-snapshot",
    "RDS.1 instance": "db-snapshot",
    "RDS.1 cluster": "db-cluster-snapshot",
    "RDS.2": "db-instance",
    "Redshift.1": "redshift-cluster",
    "imported Access Analyzer snapshot": "db-snapshot",
    "Access Analyzer EBS": "ebs-snapshot",
    "Access Analyzer RDS": "db-snapshot",
    "Access Analyzer cluster": "db-cluster-snapshot",
    "ModifySnapshotAttribute": "ebs-snapshot",
    "ModifyImageAttribute": "image",
    "ModifyDBSnapshotAttribute": "db-snapshot",
    "ModifyDBClusterSnapshotAttribute": "db-cluster-snapshot",
    "CreateDBInstance": "db-instance",
    "ModifyDBInstance": "db-instance",
}
INTERRUPTING = {"db-instance", "redshift-cluster"}


def approving(*steps: str) -> Any:
    return lambda step: step in steps


def test_every_recorded_event_is_of_a_kind() -> None:
    assert set(KIND_OF) == set(names(PLAYBOOK.id))
    assert set(KIND_OF.values()) == ALL


@pytest.mark.parametrize(("name", "kind"), KIND_OF.items())
def test_what_is_shared_with_everybody_is_not_any_more(
    tickets: Tickets, name: str, kind: str
) -> None:
    things = Things()
    assert things.public() == ALL
    done = run(PLAYBOOK, things.event(name), approve=False)
    assert done.status == "SUCCEEDED"
    closed = set() if kind in INTERRUPTING else {kind}
    assert things.public() == ALL - closed, "a database loses its address only by approval"
    assert len(tickets.items) == 1
    asked = [each["Subject"] for each in machine.messages() if "Answer" in each["Subject"]]
    assert any("public address" in each for each in asked) == (kind in INTERRUPTING)


def test_accounts_that_it_is_shared_with_keep_it(tickets: Tickets) -> None:
    things = Things()
    run(PLAYBOOK, things.event("ModifySnapshotAttribute"), approve=False)
    run(PLAYBOOK, things.event("ModifyImageAttribute"), approve=False, execution=SECOND)
    ec2 = member("ec2")
    volume = ec2.describe_snapshot_attribute(
        SnapshotId=things.snapshot, Attribute="createVolumePermission"
    )
    image = ec2.describe_image_attribute(ImageId=things.image, Attribute="launchPermission")
    assert volume["CreateVolumePermissions"] == [{"UserId": PARTNER}]
    assert image["LaunchPermissions"] == [{"UserId": PARTNER}]
    assert len(tickets.items) == 2


@pytest.mark.parametrize(
    ("name", "kind"), [("RDS.2", "db-instance"), ("Redshift.1", "redshift-cluster")]
)
def test_a_database_loses_its_public_address_when_a_person_agrees(
    tickets: Tickets, name: str, kind: str
) -> None:
    things = Things()
    done = run(PLAYBOOK, things.event(name), approve=approving("end_public_access"))
    assert things.public() == ALL - {kind}
    assert done.status_of("end_public_access") == "changed"
    assert done.status_of("copy_database") in {"left out", "skipped"}
    assert tickets.items


def test_other_changes_of_a_database_keep_waiting_for_its_window(tickets: Tickets) -> None:
    things = Things()
    asked: list[dict[str, Any]] = []
    real = BaseClient._make_api_call

    def call(client: Any, operation: str, request: Any) -> Any:
        if operation == "ModifyDBInstance":
            asked.append(request)
        return real(client, operation, request)

    with patch.object(BaseClient, "_make_api_call", call):
        run(PLAYBOOK, things.event("RDS.2"), approve=approving("end_public_access"))
    assert asked == [{"DBInstanceIdentifier": "shop", "PubliclyAccessible": False}]
    assert tickets.items


def test_a_copy_for_the_investigation_is_taken_when_a_person_agrees(tickets: Tickets) -> None:
    things = Things()
    done = run(PLAYBOOK, things.event("RDS.2"), approve=approving("copy_database"))
    assert done.status_of("copy_database") == "changed"
    copies = member("rds").describe_db_snapshots(
        DBInstanceIdentifier="shop", SnapshotType="manual"
    )["DBSnapshots"]
    [copy] = [each for each in copies if each["DBSnapshotIdentifier"] != "shop-before"]
    incident = done.state["incident"]["id"]
    assert copy["DBSnapshotIdentifier"] == f"secbase-{incident}"
    assert {"Key": "SecurityBaselineIncident", "Value": incident} in copy["TagList"]
    later = things.event("RDS.2", **{"T10:00": "T12:00"})
    again = run(PLAYBOOK, later, approve=approving("copy_database"), execution=SECOND)
    assert again.status_of("copy_database") == "skipped"
    assert tickets.items


def test_of_a_cluster_the_cluster_is_copied(tickets: Tickets) -> None:
    things = Things()
    rds = member("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="books-1",
        DBClusterIdentifier="books",
        DBInstanceClass="db.t4g.medium",
        Engine="aurora-postgresql",
        PubliclyAccessible=True,
    )
    found = things.event("RDS.2", **{":db:shop": ":db:books-1"})
    done = run(PLAYBOOK, found, approve=approving("copy_database"))
    assert done.status_of("copy_database") == "changed"
    copies = rds.describe_db_cluster_snapshots(DBClusterIdentifier="books")["DBClusterSnapshots"]
    assert f"secbase-{done.state['incident']['id']}" in [
        each["DBClusterSnapshotIdentifier"] for each in copies
    ]
    later = {
        **found,
        "detail": {
            "findings": [{**found["detail"]["findings"][0], "UpdatedAt": "2026-11-22T12:00:00Z"}]
        },
    }
    again = run(PLAYBOOK, later, approve=approving("copy_database"), execution=SECOND)
    assert again.status_of("copy_database") == "skipped"
    assert tickets.items


@pytest.mark.parametrize("name", ["ModifySnapshotAttribute", "ModifyImageAttribute", "EC2.1"])
def test_new_public_sharing_is_refused_when_a_person_agrees(tickets: Tickets, name: str) -> None:
    things = Things()
    done = run(PLAYBOOK, things.event(name), approve=approving("block_public_sharing"))
    assert done.status_of("block_public_sharing") == "changed"
    blocked = (
        member("ec2").get_image_block_public_access_state()["ImageBlockPublicAccessState"]
        if name == "ModifyImageAttribute"
        else member("ec2").get_snapshot_block_public_access_state()["State"]
    )
    assert blocked == "block-new-sharing"
    assert kept("sharing-block-before.json") in (
        {"State": "unblocked"},
        {"ImageBlockPublicAccessState": "unblocked"},
    )
    assert tickets.items


def test_what_it_was_shared_with_is_evidence(tickets: Tickets) -> None:
    things = Things()
    run(PLAYBOOK, things.event("ModifySnapshotAttribute"), approve=False)
    found = kept(f"ebs-snapshot-{things.snapshot}.json")
    assert {"Group": "all"} in found["shared_with"]
    assert found["resource"]["SnapshotId"] == things.snapshot
    assert tickets.items


@pytest.mark.parametrize("name", sampled([each for each in KIND_OF if each != "EC2.1"]))
def test_what_is_not_public_any_more_opens_no_incident(tickets: Tickets, name: str) -> None:
    things = Things()
    run(PLAYBOOK, things.event(name))
    done = run(PLAYBOOK, things.event(name, **{"T10:00": "T12:00"}), execution=SECOND)
    assert done.state["proceed"] is False
    assert "not public" in done.state["reason"]
    assert len(tickets.items) == 1


def test_a_second_run_changes_nothing(tickets: Tickets) -> None:
    things = Things()
    run(PLAYBOOK, things.event("EC2.1"))
    done = run(PLAYBOOK, things.event("EC2.1", **{"T10:00": "T12:00"}), execution=SECOND)
    assert set(done.statuses.values()) <= {"unchanged", "skipped"}
    assert len(tickets.items) == 1


def test_what_is_public_on_purpose_stays_so() -> None:
    with accounts(Exposure(public=("shop-before",))) as tickets:
        things = Things()
        done = run(PLAYBOOK, things.event("ModifyDBSnapshotAttribute"))
        assert done.state["proceed"] is False
        assert things.public() == ALL
        assert tickets.items == {}


def test_a_tag_keeps_a_snapshot_public(tickets: Tickets) -> None:
    things = Things()
    tag = {"Key": "PublicUntil", "Value": str(datetime.now(UTC).date())}
    member("ec2").create_tags(Resources=[things.snapshot], Tags=[tag])
    run(PLAYBOOK, things.event("ModifySnapshotAttribute"))
    run(PLAYBOOK, things.event("EC2.1"), execution=SECOND, approve=False)
    assert things.public() == ALL
    assert len(tickets.items) == 1, "the control names no snapshot, so it is looked into"


def test_what_is_gone_opens_no_incident(tickets: Tickets) -> None:
    for name in ("ModifyDBSnapshotAttribute", "RDS.2", "Redshift.1", "RDS.1 cluster"):
        done = run(PLAYBOOK, event(name), execution=f"{machine.EXECUTION}-{name}")
        assert done.state["proceed"] is False, name
    assert tickets.items == {}


def test_a_dry_run_changes_nothing(tickets: Tickets) -> None:
    things = Things()
    for name, step in (
        ("ModifySnapshotAttribute", "end_public_sharing"),
        ("RDS.2", "end_public_access"),
    ):
        done = run(PLAYBOOK, things.event(name), mode="dry_run")
        assert done.status_of(step) == "planned"
    assert things.public() == ALL
    blocks = member("ec2").get_snapshot_block_public_access_state()["State"]
    assert (blocks, tickets.items, machine.evidence()) == ("unblocked", {}, {})


@pytest.mark.parametrize(
    ("name", "call", "step"),
    sampled(
        [
            ("ModifySnapshotAttribute", "ec2.ModifySnapshotAttribute", "end_public_sharing"),
            ("ModifyImageAttribute", "ec2.ModifyImageAttribute", "end_public_sharing"),
            ("ModifyDBSnapshotAttribute", "rds.ModifyDBSnapshotAttribute", "end_public_sharing"),
            (
                "ModifyDBClusterSnapshotAttribute",
                "rds.ModifyDBClusterSnapshotAttribute",
                "end_public_sharing",
            ),
            ("RDS.2", "rds.ModifyDBInstance", "end_public_access"),
            ("RDS.2", "rds.CreateDBSnapshot", "copy_database"),
            ("Redshift.1", "redshift.ModifyCluster", "end_public_access"),
            (
                "ModifySnapshotAttribute",
                "ec2.EnableSnapshotBlockPublicAccess",
                "block_public_sharing",
            ),
        ]
    ),
)
def test_a_step_that_fails_stops_no_other_and_a_later_run_completes_it(
    tickets: Tickets, name: str, call: str, step: str
) -> None:
    things = Things()
    with Faults({call: ALWAYS}).injected() as faults:
        done = run(PLAYBOOK, things.event(name))
    assert faults.failed
    assert {key for key, status in done.statuses.items() if status == "failed"} == {step}
    assert set(done.statuses) == {each.key for each in PLAYBOOK.steps}, "all others went on"
    later = things.event(name, **{"T10:00": "T12:00"})
    # What is closed already is not looked for again: what remains is started by hand.
    target = done.state["incident"]["target"]
    asked = {"account": MEMBER, "region": REGION, "target": target, "reason": "complete it"}
    after = run(PLAYBOOK, {**later, "by_hand": asked}, execution=SECOND)
    assert (after.status, after.summary["failed"]) == ("SUCCEEDED", 0)
    assert KIND_OF[name] not in things.public()
    third = run(PLAYBOOK, {"by_hand": asked}, execution=f"{SECOND}-3")
    assert set(third.statuses.values()) <= {"unchanged", "skipped"}
    assert tickets.items


def test_evidence_that_cannot_be_kept_does_not_hold_up_the_containment(tickets: Tickets) -> None:
    things = Things()
    with Faults({"s3.PutObject": ALWAYS}).injected():
        run(PLAYBOOK, things.event("ModifyDBSnapshotAttribute"), approve=False)
    assert "db-snapshot" not in things.public()
    assert tickets.items
