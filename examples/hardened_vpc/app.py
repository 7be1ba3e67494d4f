"""A hardened VPC alone: `cdk deploy --app "python3 examples/hardened_vpc/app.py"`."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from baseline.network.hardened_vpc import HardenedVpc

app = cdk.App()
stack = cdk.Stack(app, "Network")
archive = s3.Bucket.from_bucket_name(stack, "FlowLogs", "example-flow-logs")
HardenedVpc(stack, "Vpc", cidr="10.20.0.0/20", flow_log_bucket=archive)
app.synth()
