"""The reference workload in an app of its own: `cdk deploy --app "python3 app.py" --all`.

Accounts, names, certificates and the log bucket are made up: replace them by yours. README.md says
what each of them is.
"""

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3

from baseline.edge.edge_logs import EdgeLogs
from baseline.network.hardened_vpc import HardenedVpc
from baseline.reference.serverless_application import ServerlessApplication
from baseline.reference.web_application import ENDPOINTS, WebApplication, database_ports
from baseline.reference.web_edge import WebEdge
from baseline.workload.cleartext import NoCleartextSecrets

NAME = "orders"
ACCOUNT = "555555555555"
REGION = "eu-west-1"
EDGE_REGION = "us-east-1"  # web ACL, certificate and metrics of CloudFront are there
ORGANIZATION = "o-exampleorgid"
PEOPLE = ["orders-operations@example.com"]

DOMAIN = "orders.example.com"
ORIGIN_DOMAIN = "origin.orders.example.com"  # a name on the certificate, without a DNS record
CERTIFICATE = "arn:aws:acm:{region}:555555555555:certificate/11111111-2222-3333-4444-555555555555"
IMAGE = "/images/orders/arm64"  # SSM parameter with the ID of an image that answers HTTPS on 8443
# aws ec2 describe-managed-prefix-lists --region eu-west-1 \
#   --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing
CLOUDFRONT = "pl-0123456789abcdef0"
FLOW_LOGS = "example-flow-logs"


def machines(app: cdk.App) -> cdk.Stack:
    """Machines and database, in the Region of the application."""
    stack = cdk.Stack(
        app, "Web", stack_name=f"{NAME}-web", env=cdk.Environment(account=ACCOUNT, region=REGION)
    )
    network = HardenedVpc(
        stack,
        "Vpc",
        cidr="10.64.0.0/20",
        flow_log_bucket=s3.Bucket.from_bucket_name(stack, "FlowLogs", FLOW_LOGS),
        organization_id=ORGANIZATION,
        public_subnets=True,
        isolated_ports=database_ports(),
        interface_endpoints=ENDPOINTS,
    )
    web = WebApplication(
        stack,
        "Application",
        name=NAME,
        network=network,
        certificate=acm.Certificate.from_certificate_arn(
            stack, "Certificate", CERTIFICATE.format(region=REGION)
        ),
        origin_domain=ORIGIN_DOMAIN,
        cloudfront_prefix_list=CLOUDFRONT,
        image=ec2.MachineImage.from_ssm_parameter(IMAGE),
        log_bucket=EdgeLogs(stack, "Logs").bucket,
        addresses=PEOPLE,
    )
    cdk.CfnOutput(stack, "LoadBalancer", value=web.load_balancer.load_balancer.load_balancer_arn)
    return stack


def edge(app: cdk.App, web: cdk.Stack) -> None:
    """CloudFront and its web ACL, in the one Region where they have to be."""
    stack = cdk.Stack(
        app,
        "Edge",
        stack_name=f"{NAME}-edge",
        env=cdk.Environment(account=ACCOUNT, region=EDGE_REGION),
    )
    stack.add_stack_dependency(web)
    WebEdge(
        stack,
        "Edge",
        domain=DOMAIN,
        certificate_arn=CERTIFICATE.format(region=EDGE_REGION),
        # CloudFormation reads the other Region's output: no custom resource, no copied value.
        load_balancer_arn=cdk.Fn.get_stack_output(web.stack_name, "LoadBalancer", region=REGION),
        origin_domain=ORIGIN_DOMAIN,
        addresses=PEOPLE,
    )


def serverless(app: cdk.App) -> None:
    """API, function and table."""
    stack = cdk.Stack(
        app, "Api", stack_name=f"{NAME}-api", env=cdk.Environment(account=ACCOUNT, region=REGION)
    )
    ServerlessApplication(
        stack, "Application", name=f"{NAME}-api", organization_id=ORGANIZATION, addresses=PEOPLE
    )


app = cdk.App()
edge(app, machines(app))
serverless(app)
cdk.Validations.of(app).add_plugins(NoCleartextSecrets())
app.synth()
