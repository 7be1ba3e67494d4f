"""An application team's own app: ordinary constructs, hardened by one call, and no finding.

`pip install` the wheel, then `cdk synth --app "python3 app.py"`. What the blueprint gave stands in
cdk.out/blueprint.json.
"""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

from baseline.blueprint import apply_baseline
from baseline.workload.table import HardenedTable

app = cdk.App()
apply_baseline(app)  # before the first stack

environment = cdk.Environment(account="555555555555", region="eu-west-1")
stack = cdk.Stack(app, "Shop", env=environment, description="The shop")

s3.Bucket(stack, "Pictures")
topic = sns.Topic(stack, "Ordered")
lost = sqs.Queue(stack, "Lost")
queue = sqs.Queue(
    stack, "Orders", dead_letter_queue=sqs.DeadLetterQueue(queue=lost, max_receive_count=5)
)
topic.add_subscription(subscriptions.SqsSubscription(queue))
logs.LogGroup(stack, "Audit")

vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
rds.DatabaseInstance(
    stack,
    "Customers",
    engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_7),
    instance_type=ec2.InstanceType("t4g.medium"),
    port=5433,
    multi_az=True,
    vpc=vpc,
)
elb.ApplicationLoadBalancer(stack, "Internal", vpc=vpc)

# A construct of the library: the blueprint leaves it as it is.
HardenedTable(
    stack,
    "Carts",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    organization_id="o-exampleorgid",  # yours: principals of other organizations are denied
)

app.synth()  # fails, and names the finding, when there is one
