"""Which ways lead the public to a bucket, after what the blocks of bucket and account close."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from calls import code_of
from data_read import read

EVERYBODY = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
"""Groups of an ACL that are the public. Source: Amazon S3 User Guide, "Access control list (ACL)
overview"."""

NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"
NO_POLICY = "NoSuchBucketPolicy"
NO_TAGS = "NoSuchTagSet"

BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}

Client = Any  # boto3 clients have no published type


def public_ways(s3: Client, control: Client, account: str, bucket: str) -> list[str]:
    """Give the ways to a bucket that are open to the public now: ``policy``, ``acl`` or none.

    S3 itself judges the policy, so that conditions count.

    Args:
        s3: client of S3 in the bucket's account.
        control: client of S3 Control there.
        account: that account.
        bucket: its name.

    Raises:
        ClientError: when the bucket is gone or may not be read.
    """
    ways = []
    status = read(lambda: s3.get_bucket_policy_status(Bucket=bucket), NO_POLICY)
    if status and status["PolicyStatus"].get("IsPublic"):
        ways.append("policy")
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    if any(grant.get("Grantee", {}).get("URI") in EVERYBODY for grant in grants):
        ways.append("acl")
    if not ways:
        return ways
    blocks = [bucket_block(s3, bucket), account_block(control, account)]
    if any(block.get("RestrictPublicBuckets") for block in blocks) and "policy" in ways:
        ways.remove("policy")
    if any(block.get("IgnorePublicAcls") for block in blocks) and "acl" in ways:
        ways.remove("acl")
    return ways


def bucket_block(s3: Client, bucket: str) -> dict[str, bool]:
    """Give the public access block of a bucket; empty where it has none."""
    found = read(lambda: s3.get_public_access_block(Bucket=bucket), NO_BLOCK)
    block: dict[str, bool] = found["PublicAccessBlockConfiguration"] if found else {}
    return block


def account_block(control: Client, account: str) -> dict[str, bool]:
    """Give the public access block of an account; empty where it has none or cannot be read."""
    try:
        found = control.get_public_access_block(AccountId=account)
    except ClientError as error:
        # Without an answer the bucket counts as not protected by its account.
        if code_of(error) not in {NO_BLOCK, "AccessDenied"}:
            raise
        return {}
    block: dict[str, bool] = found["PublicAccessBlockConfiguration"]
    return block


def tags_of(s3: Client, bucket: str) -> list[dict[str, str]]:
    """Give the tags of a bucket."""
    found = read(lambda: s3.get_bucket_tagging(Bucket=bucket), NO_TAGS)
    tags: list[dict[str, str]] = found["TagSet"] if found else []
    return tags
