"""A site and an application behind the edge: `cdk deploy --app "python3 examples/protected_edge/app.py" --all`.

Names, certificates and the log bucket are made up: replace them by yours.
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_s3 as s3

from baseline.edge.api_logging import ApiLogging
from baseline.edge.cost_alarm import EdgeCost
from baseline.edge.distribution import ProtectedDistribution
from baseline.edge.dnssec import ZoneSigning
from baseline.edge.dos_alarms import DosAlarms
from baseline.edge.edge_logs import EdgeLogs
from baseline.edge.health_check import EndpointHealth
from baseline.edge.load_balancer import ProtectedLoadBalancer
from baseline.edge.rest_api import ProtectedApi
from baseline.edge.web_acl import WebAcl
from baseline.edge.web_acl_choices import Filters, RateLimit
from baseline.edge.zone import ProtectedZone
from baseline.network.hardened_vpc import HardenedVpc
from baseline.network.security_groups import TieredSecurityGroups
from baseline.primitives.alarm_topic import AlarmTopic
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey

ACCOUNT = "555555555555"
PEOPLE = ["web-operations@example.com"]


def certificate(stack: cdk.Stack, region: str) -> acm.ICertificate:
    """Give a certificate that exists."""
    arn = f"arn:aws:acm:{region}:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
    return acm.Certificate.from_certificate_arn(stack, "Certificate", arn)


def site(app: cdk.App) -> None:
    """A site of files: CloudFront and its web ACL in us-east-1, where CloudFront looks for both."""
    stack = cdk.Stack(app, "Site", env=cdk.Environment(account=ACCOUNT, region="us-east-1"))
    logs = EdgeLogs(stack, "Logs", distributions=True)
    key = SecureKey(stack, "ContentKey", description="Encrypts the files of the site")
    files = SecureBucket(stack, "Content", key=key.key, access_logs=logs.bucket)
    acl = WebAcl(stack, "WebAcl", web_acl_scope="CLOUDFRONT")
    front = ProtectedDistribution(
        stack,
        "Front",
        domain_names=["www.example.com"],
        certificate=certificate(stack, "us-east-1"),
        web_acl=acl,
        log_bucket=logs.bucket,
        content=files.bucket,
    )
    topic = AlarmTopic(stack, "Alarms", addresses=PEOPLE, display_name="Site alarms").topic
    zone = ProtectedZone(stack, "Zone", name="example.com").zone
    ZoneSigning(stack, "Signing", zone=zone, topic=topic)
    EdgeCost(stack, "Cost", daily_dollars=50, addresses=PEOPLE)
    EndpointHealth(stack, "Health", domain_name="www.example.com", topic=topic)
    alarms = DosAlarms(stack, "DosAlarms", topic=topic)
    alarms.watch_web_acl("WebAcl", acl)
    alarms.watch_distribution("Front", front.distribution)


def application(app: cdk.App) -> None:
    """A load balancer and an API in the Region of the application, behind one web ACL."""
    stack = cdk.Stack(app, "Application", env=cdk.Environment(account=ACCOUNT, region="eu-west-1"))
    archive = s3.Bucket.from_bucket_name(stack, "FlowLogs", "example-flow-logs")
    vpc = HardenedVpc(
        stack,
        "Vpc",
        cidr="10.20.0.0/20",
        flow_log_bucket=archive,
        organization_id="o-exampleorgid",
        public_subnets=True,
    ).vpc
    groups = TieredSecurityGroups(stack, "Groups", vpc=vpc, clients=["0.0.0.0/0"])
    sign_in = RateLimit(requests=50, window_seconds=60, path="/sign-in")
    filters = Filters(rates={"Requests": RateLimit(requests=2_000), "SignIn": sign_in})
    acl = WebAcl(stack, "WebAcl", filters=filters)
    front = ProtectedLoadBalancer(
        stack,
        "Front",
        vpc=vpc,
        security_group=groups.load_balancer,
        certificate=certificate(stack, "eu-west-1"),
        log_bucket=EdgeLogs(stack, "Logs").bucket,
        web_acl=acl,
        internet_facing=True,
    )
    logging = ApiLogging(stack, "ApiLogging")
    api = ProtectedApi(stack, "Api", web_acl=acl, logging=logging).api
    orders = rest.HttpIntegration("https://orders.example.com/orders")
    api.root.add_resource("orders").add_method("GET", orders)
    topic = AlarmTopic(stack, "Alarms", addresses=PEOPLE, display_name="Application alarms").topic
    alarms = DosAlarms(stack, "DosAlarms", topic=topic)
    alarms.watch_web_acl("WebAcl", acl)
    alarms.watch_load_balancer("Front", front.load_balancer)
    alarms.watch_api("Api", api)


app = cdk.App()
site(app)
application(app)
app.synth()
