"""The same with the platform's names, something switched off, and a finding that is accepted."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from baseline.blueprint import Platform, apply_baseline

app = cdk.App()
blueprint = apply_baseline(
    app,
    # Three words of the organization's baseline.yaml: flow logs and access logs of load balancers go
    # to the log archive, and every role gets the permissions boundary.
    platform=Platform.from_names(
        prefix="secbase", log_archive_account="222222222222", home_region="eu-west-1"
    ),
    # Switched off everywhere, with a reason that the validation report shows.
    without={"bucket.versioned": "all objects are derived, and rebuilt every night"},
)
stack = cdk.Stack(app, "Site", description="Thumbnails")

function = lambda_.Function(
    stack,
    "Resize",
    code=lambda_.Code.from_inline("def handler(event, context): pass"),
    handler="index.handler",
    runtime=lambda_.Runtime.PYTHON_3_14,
)
cdk.Validations.of(function).acknowledge(
    cdk.Acknowledgment(
        id="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
        reason="AWS's policy lets the function write logs, and nothing else",
    ),
    cdk.Acknowledgment(
        id="AwsSolutions-IAM5[Resource::*]",
        reason="X-Ray has no resources that a policy could name",
    ),
)

# Weaker, and kept: an error until somebody says here why it is meant.
thumbnails = s3.Bucket(stack, "Thumbnails", removal_policy=cdk.RemovalPolicy.DESTROY)
cdk.Validations.of(thumbnails).acknowledge(
    cdk.Acknowledgment(
        id="blueprint::bucket.removal_policy",
        reason="all objects are derived, and rebuilt every night",
    )
)

app.synth()
for change in blueprint.record.changes:
    print(change.path, *change.settings)  # noqa: T201 - what was given, for whoever looks
