"""What the blueprint makes once per stack: a key, and a bucket for access logs."""

from __future__ import annotations

from collections.abc import Container
from weakref import WeakKeyDictionary

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey

KEY = "stack-key"
ACCESS_LOGS = "access-logs"
PUBLISHERS = ("budgets", "cloudwatch", "codestar-notifications", "s3", "sns")
"""Services that write into encrypted topics and queues, or encrypt for them, and name their source."""

LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
DELIVERY = "delivery.logs.amazonaws.com"
"""Application Load Balancers deliver through the first, Network Load Balancers through the second."""

USE = ("kms:Decrypt", "kms:GenerateDataKey*")
USE_BUCKET_POLICY = "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy"


class Stores:
    """Makes the key and the bucket of a stack when the first construct needs them.

    Args:
        switched_off: names of the stores that are not made.
    """

    def __init__(self, switched_off: Container[str]) -> None:
        self._switched_off = switched_off
        self._keys: dict[str, kms.IKey] = {}
        self._buckets: dict[str, s3.IBucket] = {}
        # Asking a stack for its parent and its path goes to the CDK's process each time.
        self._tops: WeakKeyDictionary[cdk.Stack, tuple[cdk.Stack, str]] = WeakKeyDictionary()

    def key(self, stack: cdk.Stack) -> kms.IKey | None:
        """Give the key of a stack, a nested one's parent's, or None where keys are switched off."""
        if KEY in self._switched_off:
            return None
        top, path = self._top(stack)
        if path not in self._keys:
            self._keys[path] = _make_key(top)
        return self._keys[path]

    def access_logs(self, stack: cdk.Stack) -> s3.IBucket | None:
        """Give the bucket of a stack's access logs, or None where it is switched off."""
        if ACCESS_LOGS in self._switched_off:
            return None
        top, path = self._top(stack)
        if path not in self._buckets:
            self._buckets[path] = _make_bucket(top)
        return self._buckets[path]

    def _top(self, stack: cdk.Stack) -> tuple[cdk.Stack, str]:
        found = self._tops.get(stack)
        if found is None:
            top = stack
            while (parent := top.nested_stack_parent) is not None:
                top = parent
            found = self._tops[stack] = (top, top.node.path)
        return found


def _make_key(stack: cdk.Stack) -> kms.IKey:
    secure = SecureKey(
        stack, "BlueprintKey", description=f"What constructs of {stack.node.id} store and send"
    )
    secure.allow_log_groups()
    source = {"StringEquals": {"aws:SourceAccount": stack.account}}
    for service in PUBLISHERS:
        secure.allow_service(
            f"{service}.amazonaws.com",
            sid=f"Use{service.title().replace('-', '')}",
            actions=list(USE),
            conditions=source,
        )
    secure.allow_service("events.amazonaws.com", sid="UseEvents", actions=list(USE), conditions={})
    # L2s add the ARN of a bucket or topic to the policy of its key, which is a circle where the
    # bucket is encrypted with that key. What a key by its ARN is granted goes to the caller's role.
    return kms.Key.from_key_arn(secure, "ByArn", secure.key.key_arn)


def _make_bucket(stack: cdk.Stack) -> s3.IBucket:
    parent = Construct(stack, "BlueprintAccessLogs")
    # Without the flag the CDK admits the log delivery by ACL, which the bucket refuses.
    parent.node.set_context(USE_BUCKET_POLICY, True)
    store = SecureBucket(parent, "Store", access_log_target=True)
    account = stack.account
    paths = [f"AWSLogs/{account}/*"]
    balancers = stack.format_arn(
        service="elasticloadbalancing", resource="loadbalancer", resource_name="*"
    )
    store.allow_service(
        LOAD_BALANCERS,
        sid="LoadBalancers",
        actions=["s3:PutObject"],
        paths=paths,
        conditions={"ArnLike": {"aws:SourceArn": balancers}},
    )
    source = {"StringEquals": {"aws:SourceAccount": account}}
    for sid, actions, where in (
        ("LogDelivery", ["s3:PutObject"], paths),
        ("LogDeliveryCheck", ["s3:GetBucketAcl"], []),
    ):
        store.allow_service(DELIVERY, sid=sid, actions=actions, paths=where, conditions=source)
    return store.bucket
