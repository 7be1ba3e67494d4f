"""A bucket of its own that somebody tries to make public."""

from __future__ import annotations

import json

from baseline.gameday import tags
from baseline.gameday.actions.action import Action, Place, code_of, unless_gone
from baseline.gameday.aws import client_error

BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
WITHOUT_CONSTRAINT = "us-east-1"


def create_bucket(place: Place) -> None:
    """Make an empty bucket."""
    s3, name = place.client("s3"), f"{place.run}-{place.account}"
    more = {}
    if place.region != WITHOUT_CONSTRAINT:
        more["CreateBucketConfiguration"] = {"LocationConstraint": place.region}
    with place.making("bucket", name):
        s3.create_bucket(Bucket=name, **more)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": tags.RUN, "Value": place.run}]})


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


def rewrite_block(place: Place) -> None:
    """Try to write the account's block of public access, with what stands there already.

    Where nobody denies it, nothing has changed.
    """
    control, account = place.client("s3control"), place.account
    try:
        answer = control.get_public_access_block(AccountId=account)
    except client_error() as error:
        if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=BLOCK)
        control.delete_public_access_block(AccountId=account)
        return
    there = answer["PublicAccessBlockConfiguration"]
    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=there)


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
REWRITE_BLOCK = Action(
    name="write-public-access-block",
    run=rewrite_block,
    says="tries to write the account's block of public access, as it is",
)
DELETE_BUCKET = Action(
    name="delete-bucket",
    run=delete_bucket,
    says="deletes the bucket",
    after=frozenset({"bucket"}),
)
