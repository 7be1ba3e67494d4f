"""Playbook: a bucket is public, or somebody destroys what is in it."""

from __future__ import annotations

from baseline.detection import event_patterns
from baseline.response.playbooks import triggers
from baseline.response.playbooks.model import ByHand, Playbook, Step, Trigger
from baseline.response.playbooks.shared_findings import analyzer, imported, macie

EXPOSED = (
    "Policy:S3/BucketAnonymousAccessGranted",
    "Policy:S3/BucketBlockPublicAccessDisabled",
    "Policy:S3/BucketPublicAccessGranted",
)
DESTROYED = (
    "AttackSequence:S3/CompromisedData",
    "Impact:S3/AnomalousBehavior.Delete",
    "Impact:S3/AnomalousBehavior.Write",
    "Impact:S3/MaliciousIPCaller",
)
"""Source: Amazon GuardDuty User Guide, "GuardDuty S3 Protection finding types" and "GuardDuty attack
sequence finding types"."""

CONTROLS = ("S3.2", "S3.3")
"""Public read, public write. S3.8 (no block) says nothing about what is public, and is left to people."""

RESTORE_POLICY = (
    "aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text > policy.json",
    (
        "# take the statements out whose Sid begins with SecurityBaseline, with the emergency role; "
        "the policy as it was is in the evidence: BUCKET/policy-before.json"
    ),
    "aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json",
)

_STEPS = (
    Step(
        id="keep-bucket-state",
        title="Keep the bucket's settings",
        why=(
            "Policy, ACL, blocks, encryption, lifecycle, replication and notifications tell what was "
            "changed, and are what is restored."
        ),
        kind="evidence",
        by_hand=(
            "aws s3api get-bucket-policy --bucket BUCKET",
            "aws s3api get-bucket-acl --bucket BUCKET",
            "aws s3api get-public-access-block --bucket BUCKET",
            "aws s3api get-bucket-versioning --bucket BUCKET",
            "aws s3api get-bucket-encryption --bucket BUCKET",
            "aws s3api get-bucket-lifecycle-configuration --bucket BUCKET",
            "aws s3api get-bucket-replication --bucket BUCKET",
            "aws s3api get-bucket-notification-configuration --bucket BUCKET",
        ),
    ),
    Step(
        id="block-public-access",
        title="Block public access to the bucket",
        why=(
            "It overrules policy and ACL at once, and changes neither. A bucket that is public on "
            "purpose is left alone."
        ),
        kind="contain",
        by_hand=(
            (
                "aws s3api put-public-access-block --bucket BUCKET "
                "--public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
                "BlockPublicPolicy=true,RestrictPublicBuckets=true"
            ),
        ),
        undo=(
            "# name the bucket in response.exposure.public first, or the next look blocks it again",
            (
                "aws s3api put-public-access-block --bucket BUCKET "
                "--public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,"
                "BlockPublicPolicy=false,RestrictPublicBuckets=false"
            ),
        ),
    ),
    Step(
        id="deny-destruction",
        title="Deny deleting objects and settings of the bucket",
        why=(
            "While data is destroyed, nobody but the responder and the emergency role deletes "
            "objects, lets a lifecycle rule delete them, switches versions off or writes with a key "
            "that only he has (SSE-C). Applications that delete get errors meanwhile. Only where "
            "the signs are those of ransomware."
        ),
        kind="contain",
        by_hand=(
            "aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text > policy.json",
            "# add the statements SecurityBaselineNoDestruction and SecurityBaselineNoForeignKeys",
            "aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json",
        ),
        undo=RESTORE_POLICY,
    ),
    Step(
        id="enable-versioning",
        title="Keep older versions of objects",
        why=(
            "What is overwritten or deleted from now on can be brought back. It may take 15 minutes "
            "until every write is covered, and older versions are billed."
        ),
        kind="contain",
        by_hand=(
            (
                "aws s3api put-bucket-versioning --bucket BUCKET "
                "--versioning-configuration Status=Enabled"
            ),
        ),
        undo=(
            (
                "aws s3api put-bucket-versioning --bucket BUCKET "
                "--versioning-configuration Status=Suspended"
            ),
        ),
    ),
    Step(
        id="list-object-changes",
        title="List what was written and deleted lately",
        why="It shows what has to be restored, and from when the backup must be.",
        kind="evidence",
        by_hand=("aws s3api list-object-versions --bucket BUCKET --max-items 1000",),
    ),
    Step(
        id="remove-expiration-rules",
        title="Remove lifecycle rules that delete objects",
        why=(
            "An attacker's rule deletes everything within a day, with versions. A rule of the owner "
            "may be among them, so a person decides; all rules are kept as evidence."
        ),
        kind="destructive",
        by_hand=(
            "aws s3api get-bucket-lifecycle-configuration --bucket BUCKET > lifecycle.json",
            "# take the rules with Expiration or NoncurrentVersionExpiration out",
            (
                "aws s3api put-bucket-lifecycle-configuration --bucket BUCKET "
                "--lifecycle-configuration file://lifecycle.json"
            ),
        ),
        undo=(
            "# the rules as they were are in the evidence: BUCKET/lifecycle-before.json",
            (
                "aws s3api put-bucket-lifecycle-configuration --bucket BUCKET "
                "--lifecycle-configuration file://lifecycle.json"
            ),
        ),
    ),
    Step(
        id="quarantine-bucket",
        title="Close the bucket to everybody",
        why=(
            "Nobody but the responder and the emergency role reads or writes: every application of "
            "the bucket stops. Asked for where data is destroyed, or when started by hand with "
            "quarantine set to true. The baseline's own buckets are left out."
        ),
        kind="destructive",
        by_hand=(
            "aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text > policy.json",
            "# add a statement that denies s3:* to all but the emergency role (aws:PrincipalArn)",
            "aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json",
        ),
        undo=RESTORE_POLICY,
    ),
)

PLAYBOOK = Playbook(
    id="exposed-bucket",
    title="A bucket is public or its data is destroyed",
    family="data",
    severity="critical",
    mode="contain",
    summary=(
        "Closes a bucket that the public reaches, and keeps what is in a bucket whose data somebody "
        "deletes or encrypts. Buckets that baseline.yaml names as public, and those with a tag "
        "until a day, stay public. Whether a bucket is public is asked of S3 before an incident is "
        "opened."
    ),
    triggers=(
        triggers.guardduty(
            "PublicBuckets", "GuardDuty: a bucket was made public", EXPOSED, severity_from=1
        ),
        triggers.guardduty(
            "DestroyedData", "GuardDuty: objects are destroyed or written unusually", DESTROYED
        ),
        triggers.security_hub_controls(
            "PublicBucketControls", "Security Hub: a bucket can be read or written", CONTROLS
        ),
        analyzer("AnalyzerBuckets", "Access Analyzer: a bucket is public", ["AWS::S3::Bucket"]),
        imported(
            "ImportedAnalyzerBuckets",
            "Access Analyzer through Security Hub: outsiders reach a bucket",
            product="access-analyzer",
            resources=["AwsS3Bucket"],
        ),
        macie(
            "MacieBuckets",
            "Macie: a bucket is public or its block is gone",
            ["Policy:IAMUser/S3BucketPublic", "Policy:IAMUser/S3BlockPublicAccessDisabled"],
        ),
        imported(
            "ImportedMacieBuckets",
            "Macie through Security Hub: a bucket is public or its block is gone",
            product="macie",
            resources=["AwsS3Bucket"],
            types=["/Policy:IAMUser-S3BucketPublic", "/Policy:IAMUser-S3BlockPublicAccessDisabled"],
        ),
        Trigger(
            id="BucketCalls",
            says="Calls that may have made a bucket public: policy, ACL, block",
            pattern=event_patterns.exposed_buckets(),
        ),
    ),
    steps=_STEPS,
    judge=(
        (
            "Is it a website or a download that is meant for everybody? Then CloudFront with origin "
            "access control serves it without a public bucket."
        ),
        "Who changed it: the call in CloudTrail, its session and address, and what else they did?",
        (
            "Ransomware leaves a note, new keys (SSE-C or of another account), deletions of versions, "
            "or a lifecycle rule that expires everything in a day."
        ),
    ),
    afterwards=(
        (
            "Find out what was read while it was public: data events or server access logs, where they "
            "are on; without them take everything in it as read."
        ),
        "Restore from older versions or from AWS Backup, into another bucket first.",
        "Take the statements away that begin with SecurityBaseline once the way in is closed.",
        "Answer the credentials that were used by their own playbook.",
    ),
    sources=(
        "Amazon GuardDuty User Guide, Remediating a potentially compromised S3 bucket",
        "Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
        "AWS Security Incident Response Technical Guide",
    ),
    by_hand=ByHand(
        kind="bucket",
        inputs={
            "id": "Name of the bucket",
            "sign": "What is seen there: public, or ransomware where data is deleted or encrypted",
        },
    ),
)
