"""Playbook: everybody has access to a database, a snapshot or a machine image."""

from __future__ import annotations

from baseline.detection import event_patterns
from baseline.response.playbooks import triggers
from baseline.response.playbooks.model import ByHand, Playbook, Step, Trigger
from baseline.response.playbooks.shared_findings import analyzer, imported

CONTROLS = ("EC2.1", "RDS.1", "RDS.2", "Redshift.1")
"""Public EBS snapshots, public RDS snapshots, public instances, public Redshift clusters."""

_STEPS = (
    Step(
        id="keep-exposed-settings",
        title="Keep what the resource is and who it is shared with",
        why="It shows what was exposed, and how long it may have been.",
        kind="evidence",
        by_hand=(
            (
                "aws ec2 describe-snapshot-attribute --snapshot-id SNAPSHOT "
                "--attribute createVolumePermission"
            ),
            "aws ec2 describe-image-attribute --image-id IMAGE --attribute launchPermission",
            "aws rds describe-db-snapshot-attributes --db-snapshot-identifier SNAPSHOT",
            (
                "aws rds describe-db-cluster-snapshot-attributes "
                "--db-cluster-snapshot-identifier SNAPSHOT"
            ),
            "aws rds describe-db-instances --db-instance-identifier DATABASE",
            "aws redshift describe-clusters --cluster-identifier CLUSTER",
        ),
    ),
    Step(
        id="end-public-sharing",
        title="End the public sharing of the snapshot or image",
        why=(
            "Nobody else can copy it from now on. Accounts that it is shared with by number keep it; "
            "copies that were made already stay with whoever made them."
        ),
        kind="contain",
        by_hand=(
            (
                "aws ec2 modify-snapshot-attribute --snapshot-id SNAPSHOT "
                "--attribute createVolumePermission --operation-type remove --group-names all"
            ),
            (
                "aws ec2 modify-image-attribute --image-id IMAGE "
                "--launch-permission Remove=[{Group=all}]"
            ),
            (
                "aws rds modify-db-snapshot-attribute --db-snapshot-identifier SNAPSHOT "
                "--attribute-name restore --values-to-remove all"
            ),
            (
                "aws rds modify-db-cluster-snapshot-attribute "
                "--db-cluster-snapshot-identifier SNAPSHOT --attribute-name restore "
                "--values-to-remove all"
            ),
        ),
        undo=(
            "# name it in response.exposure.public first",
            (
                "aws ec2 modify-snapshot-attribute --snapshot-id SNAPSHOT "
                "--attribute createVolumePermission --operation-type add --group-names all"
            ),
            (
                "aws ec2 modify-image-attribute --image-id IMAGE "
                "--launch-permission Add=[{Group=all}]"
            ),
            (
                "aws rds modify-db-snapshot-attribute --db-snapshot-identifier SNAPSHOT "
                "--attribute-name restore --values-to-add all"
            ),
        ),
    ),
    Step(
        id="end-public-access",
        title="Take the database's public address away",
        why=(
            "Clients outside its network lose their connections, so a person decides. Security "
            "groups stay as they are; ports for administrators close themselves."
        ),
        kind="destructive",
        by_hand=(
            (
                "aws rds modify-db-instance --db-instance-identifier DATABASE "
                "--no-publicly-accessible"
            ),
            "aws redshift modify-cluster --cluster-identifier CLUSTER --no-publicly-accessible",
        ),
        undo=(
            "aws rds modify-db-instance --db-instance-identifier DATABASE --publicly-accessible",
            "aws redshift modify-cluster --cluster-identifier CLUSTER --publicly-accessible",
        ),
    ),
    Step(
        id="block-public-sharing",
        title="Refuse new public sharing in the Region",
        why=(
            "Nobody in the account shares an EBS snapshot or image of the Region with everybody "
            "again. What is shared stays shared. Publishers of images would be stopped, so a person "
            "decides."
        ),
        kind="destructive",
        by_hand=(
            "aws ec2 enable-snapshot-block-public-access --state block-new-sharing",
            (
                "aws ec2 enable-image-block-public-access "
                "--image-block-public-access-state block-new-sharing"
            ),
        ),
        undo=(
            "aws ec2 disable-snapshot-block-public-access",
            "aws ec2 disable-image-block-public-access",
        ),
    ),
    Step(
        id="copy-database",
        title="Take a snapshot of the database for the investigation",
        why=(
            "It keeps the state of now, in the same account. Storage is billed, and a busy instance "
            "with one zone answers slowly for a moment, so a person decides."
        ),
        kind="destructive",
        by_hand=(
            (
                "aws rds create-db-snapshot --db-instance-identifier DATABASE "
                "--db-snapshot-identifier SNAPSHOT"
            ),
        ),
        undo=("aws rds delete-db-snapshot --db-snapshot-identifier SNAPSHOT",),
    ),
)

PLAYBOOK = Playbook(
    id="exposed-database",
    title="Everybody has access to a database or snapshot",
    family="data",
    severity="critical",
    mode="contain",
    summary=(
        "Ends the public sharing of EBS and RDS snapshots and machine images at once, and takes the "
        "public address of RDS instances and Redshift clusters away when a person agrees. What is "
        "not public any more, or is so on purpose, opens no incident."
    ),
    triggers=(
        triggers.security_hub_controls(
            "PublicDatabaseControls",
            "Security Hub: a database, snapshot or image is public",
            CONTROLS,
        ),
        analyzer(
            "AnalyzerSnapshots",
            "Access Analyzer: a snapshot is public",
            ["AWS::EC2::Snapshot", "AWS::RDS::DBClusterSnapshot", "AWS::RDS::DBSnapshot"],
        ),
        imported(
            "ImportedAnalyzerSnapshots",
            "Access Analyzer through Security Hub: outsiders have access to a snapshot",
            product="access-analyzer",
            resources=["AwsRdsDbClusterSnapshot", "AwsRdsDbSnapshot"],
        ),
        Trigger(
            id="DatabaseCalls",
            says="Calls that share a snapshot or image with all, or give a database an address",
            pattern=event_patterns.exposed_databases(),
        ),
    ),
    steps=_STEPS,
    judge=(
        (
            "Is it meant for everybody, such as an image that you publish? Then name it in "
            "response.exposure.public."
        ),
        "Who shared it: the call in CloudTrail, its session and address, and what else they did?",
        (
            "An attacker shares a snapshot with an account of his own rather than with all: look at the "
            "accounts that it is shared with, too."
        ),
    ),
    afterwards=(
        (
            "Take what was in a public snapshot as read: rotate its credentials and keys, and find out "
            "whose data it holds."
        ),
        "Move the database to subnets without a way to the internet.",
        "Encrypt snapshots with a key of your own: then they cannot be shared with everybody.",
    ),
    sources=(
        "Amazon EBS User Guide, Block public access for Amazon EBS snapshots",
        "Amazon RDS User Guide, Sharing a DB snapshot for Amazon RDS",
        "AWS Security Hub User Guide, Security Hub controls for Amazon RDS",
    ),
    by_hand=ByHand(
        kind="db-instance",
        inputs={
            "kind": "What it is: db-instance, db-snapshot, db-cluster-snapshot, ebs-snapshot, image or redshift-cluster",
            "id": "Its ID",
        },
    ),
)
