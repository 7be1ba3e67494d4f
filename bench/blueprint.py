"""What the blueprint costs at synthesis: 200 ordinary constructs bare, hardened by hand and by it, as ratios.

Usage: ``CDK_VALIDATION=false python bench/blueprint.py``. No checks: what they cost does not depend on
the blueprint.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from baseline.blueprint import apply_baseline
from baseline.blueprint.stores import USE_BUCKET_POLICY

EACH = 50
RUNS = 3
OFF = "what a check costs is not asked here"


@dataclass(frozen=True)
class ByHand:
    """The arguments that the blueprint would give, written out."""

    key: kms.IKey
    logs: s3.IBucket

    def bucket(self) -> dict[str, Any]:
        """Give those of a bucket."""
        return {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "enforce_ssl": True,
            "minimum_tls_version": 1.2,
            "encryption": s3.BucketEncryption.KMS,
            "encryption_key": self.key,
            "bucket_key_enabled": True,
            "blocked_encryption_types": [s3.BlockedEncryptionType.SSE_C],
            "versioned": True,
            "object_ownership": s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            "server_access_logs_bucket": self.logs,
            "lifecycle_rules": [
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(7))
            ],
        }

    def queue(self) -> dict[str, Any]:
        """Give those of a queue."""
        return {
            "enforce_ssl": True,
            "encryption": sqs.QueueEncryption.KMS,
            "encryption_master_key": self.key,
        }


def seconds(way: Literal["plain", "by hand", "blueprint"]) -> float:
    """Make an app of 200 constructs and synthesize it."""
    start = time.perf_counter()
    app = cdk.App(analytics_reporting=False, context={USE_BUCKET_POLICY: True})
    if way == "blueprint":
        off = {"template-rules": OFF, "cleartext-secrets": OFF}
        apply_baseline(app, packs=(), without=off)
    stack = cdk.Stack(app, "Shop")
    hand = ByHand(kms.Key(stack, "Key"), s3.Bucket(stack, "Target")) if way == "by hand" else None
    group = {"retention": logs.RetentionDays.ONE_YEAR, "encryption_key": hand and hand.key}
    topic = {"enforce_ssl": True, "master_key": hand and hand.key}
    for number in range(EACH):
        s3.Bucket(stack, f"Bucket{number}", **(hand.bucket() if hand else {}))
        sns.Topic(stack, f"Topic{number}", **(topic if hand else {}))
        sqs.Queue(stack, f"Queue{number}", **(hand.queue() if hand else {}))
        logs.LogGroup(stack, f"Logs{number}", **(group if hand else {}))
    app.synth()
    return time.perf_counter() - start


def main() -> None:
    """Print the best of some runs, and the ratios."""
    seconds("blueprint")  # loads what is loaded once
    plain = min(seconds("plain") for _ in range(RUNS))
    hand = min(seconds("by hand") for _ in range(RUNS))
    blueprint = min(seconds("blueprint") for _ in range(RUNS))
    print(f"bare {plain:.2f} s, hardened by hand {hand:.2f} s, by the blueprint {blueprint:.2f} s")
    print(f"{blueprint / plain:.2f} times bare, {blueprint / hand:.2f} times by hand")


if __name__ == "__main__":
    main()
