"""What the blueprint costs at synthesis: 200 ordinary constructs with it and without, as a ratio.

Usage: ``CDK_VALIDATION=false python bench/blueprint.py``. No checks: what they cost does not depend on
the blueprint.
"""

from __future__ import annotations

import time

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from baseline.blueprint import apply_baseline

EACH = 50
RUNS = 3
OFF = "what a check costs is not asked here"


def seconds(*, applied: bool) -> float:
    """Make an app of 200 constructs and synthesize it."""
    start = time.perf_counter()
    app = cdk.App(analytics_reporting=False)
    if applied:
        off = {"template-rules": OFF, "cleartext-secrets": OFF}
        apply_baseline(app, packs=(), without=off)
    stack = cdk.Stack(app, "Shop")
    for number in range(EACH):
        s3.Bucket(stack, f"Bucket{number}")
        sns.Topic(stack, f"Topic{number}")
        sqs.Queue(stack, f"Queue{number}")
        logs.LogGroup(stack, f"Logs{number}")
    app.synth()
    return time.perf_counter() - start


def main() -> None:
    """Print the best of some runs, and the ratio."""
    seconds(applied=True)  # loads what is loaded once
    plain = min(seconds(applied=False) for _ in range(RUNS))
    hardened = min(seconds(applied=True) for _ in range(RUNS))
    print(f"without {plain:.2f} s, with {hardened:.2f} s: {hardened / plain:.2f} times")


if __name__ == "__main__":
    main()
