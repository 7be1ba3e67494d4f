"""A bucket of its own that somebody tries to make public."""

from __future__ import annotations

import json

from botocore.exceptions import ClientError

from baseline.gameday.actions.action import TAG, Action, Place, code_of, unless_gone

OPEN = {
    "BlockPublicAcls": False,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
WITHOUT_CONSTRAINT = "us-east-1"


def create_bucket(place: Place) -> None:
    """Make an empty bucket."""
    s3, name = place.client("s3"), f"{place.run}-{place.account}"
    more = {}
    if place.region != WITHOUT_CONSTRAINT:
        more["CreateBucketConfiguration"] = {"LocationConstraint": place.region}
    s3.create_bucket(Bucket=name, **more)
    place.facts["bucket"] = name
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": TAG, "Value": place.run}]})


def publish_bucket(place: Place, *, bucket: str) -> None:
    """Try to let everybody read the bucket, which is empty."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
            }
        ],
    }
    place.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def unblock(place: Place) -> None:
    """Try to take off the account's block of public access; put it back if that succeeds."""
    control = place.client("s3control")
    before = _block(control, place.account)
    control.put_public_access_block(AccountId=place.account, PublicAccessBlockConfiguration=OPEN)
    if before is None:
        control.delete_public_access_block(AccountId=place.account)
    else:
        control.put_public_access_block(
            AccountId=place.account, PublicAccessBlockConfiguration=before
        )


def _block(control: object, account: str) -> object:
    try:
        answer = control.get_public_access_block(AccountId=account)  # type: ignore[attr-defined]
    except ClientError as error:
        if code_of(error) == "NoSuchPublicAccessBlockConfiguration":
            return None
        raise
    return answer["PublicAccessBlockConfiguration"]


def delete_bucket(place: Place) -> None:
    """Delete the bucket, which holds nothing."""
    unless_gone(place.client("s3").delete_bucket, Bucket=place.facts["bucket"])


CREATE_BUCKET = Action(
    name="create-bucket",
    run=create_bucket,
    says="makes an empty bucket",
    gives=frozenset({"bucket"}),
)
PUBLISH_BUCKET = Action(
    name="publish-bucket",
    run=publish_bucket,
    says="tries to let everybody read the empty bucket",
    requires=frozenset({"bucket"}),
)
UNBLOCK = Action(
    name="unblock-public-access",
    run=unblock,
    says="tries to take off the account's block of public access",
)
DELETE_BUCKET = Action(
    name="delete-bucket",
    run=delete_bucket,
    says="deletes the bucket",
    after=frozenset({"bucket"}),
)
