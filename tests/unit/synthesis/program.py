"""A small app that uses every kind of call: run once with jsii as it is and once with quicker calls."""

from __future__ import annotations

import json
import sys

from baseline.synthesis import quicken

if "quick" in sys.argv:
    quicken()

import aws_cdk as cdk
import jsii
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IConstruct, IValidation, Node
from jsii._runtime import kernel


@jsii.implements(cdk.IAspect)
class Marks:
    """Is called from the CDK's process, and calls back into it."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, sqs.CfnQueue):
            node.add_metadata("marked", Node.of(node).path)


@jsii.implements(IValidation)
class Refuses:
    """Gives the CDK's process a list."""

    def validate(self) -> list[str]:
        return ["refused by Python"]


@jsii.implements(cdk.IAspect)
class Fails:
    """Raises in a callback."""

    def visit(self, node: IConstruct) -> None:
        message = f"raised at {node.node.path}"
        raise ValueError(message)


class Tagged(cdk.Stack):
    """Overrides a method of the CDK."""

    def _allocate_logical_id(self, cfn_element: cdk.CfnElement) -> str:
        return f"Own{super()._allocate_logical_id(cfn_element)}"


def main() -> None:
    """Write the templates, and what Python saw on the way."""
    app = cdk.App(analytics_reporting=False)
    first, second = cdk.Stack(app, "First"), Tagged(app, "Second")
    key = kms.Key(first, "Key", enable_key_rotation=True, pending_window=cdk.Duration.days(30))
    bucket = s3.Bucket(
        first,
        "Bucket",
        encryption_key=key,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=cdk.Duration.days(30),
                noncurrent_version_expiration=cdk.Duration.days(7),
                transitions=[
                    s3.Transition(
                        storage_class=s3.StorageClass.GLACIER, transition_after=cdk.Duration.days(7)
                    )
                ],
            )
        ],
    )
    statement = iam.PolicyStatement(
        actions=["s3:GetObject"],
        resources=[bucket.arn_for_objects("*")],
        principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
        conditions={"StringEquals": {"aws:SourceAccount": first.account}, "Bool": {"x": False}},
    )
    added = bucket.add_to_resource_policy(statement)
    queue = sqs.Queue(second, "Queue", visibility_timeout=cdk.Duration.seconds(30))
    function = lambda_.Function(
        second,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("handler = print"),
        environment={"QUEUE": queue.queue_url, "BUCKET": bucket.bucket_name, "EMPTY": ""},
    )
    queue.grant_send_messages(function)
    events.CfnRule(second, "Rule", event_pattern={"detail": {"a": [None, 1, 1.5, True, "ü"]}})
    cdk.Aspects.of(app).add(Marks())
    seen = {
        "added": added.statement_added,
        "dependable": added.policy_dependable is not None,
        "same": bucket.bucket_arn == bucket.bucket_arn,
        "policy": bucket.policy is not None and bucket.policy.node.path,
        "missing": Construct(first, "Empty").node.try_find_child("Nobody"),
        "duration": cdk.Duration.minutes(5).to_seconds(),
        "unresolved": cdk.Token.is_unresolved(bucket.bucket_arn),
        "resolved": first.resolve(bucket.bucket_arn),
        "children": [child.node.id for child in app.node.children],
        "provider": type(kernel.provider).__name__,
        "errors": [_error(act) for act in (_twice, _invalid, _raises, _negative)],
    }
    assembly = app.synth()
    templates = {stack.stack_name: stack.template for stack in assembly.stacks}
    sys.stdout.write(json.dumps({"seen": seen, "templates": templates}))


def _error(act: object) -> list[str]:
    try:
        act()  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be the same
        return [type(error).__name__, str(error).splitlines()[0], type(error.__cause__).__name__]
    return []


def _twice() -> None:
    stack = cdk.Stack()
    sqs.Queue(stack, "Queue")
    sqs.Queue(stack, "Queue")


def _invalid() -> None:
    app = cdk.App()
    cdk.Stack(app, "Stack").node.add_validation(Refuses())
    app.synth()


def _raises() -> None:
    app = cdk.App()
    cdk.Stack(app, "Stack")
    cdk.Aspects.of(app).add(Fails())
    app.synth()


def _negative() -> None:
    cdk.Duration.days(-1)


if __name__ == "__main__":
    main()
