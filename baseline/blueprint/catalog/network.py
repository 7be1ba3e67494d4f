"""VPCs, security groups, load balancers and their listeners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk

from baseline.blueprint.mixing import LOAD_BALANCER_LOGS, Mixed
from baseline.blueprint.settings import Hardening, Props, Setting, judged, off, on
from baseline.blueprint.site import Site, Value, module

FETCHING = (
    "AutoScalingGroup",
    "BastionHostLinux",
    "Cluster",
    "Ec2Service",
    "FargateService",
    "Instance",
    "Project",
)
"""L2s whose own security group keeps its way out: what they start fetches its image or agent first."""


def _closed(site: Site) -> bool | None:
    return None if site.made_by in FETCHING else False


SECURITY_GROUP = Hardening(
    name="security-group",
    construct="aws-cdk-lib.aws-ec2.SecurityGroup",
    title="nothing leaves unless a rule lets it",
    settings=(
        Setting(
            name="allow_all_outbound",
            why="who breaks in reaches the whole internet from here",
            shown="`False`; untouched where an L2 makes it for machines, tasks or builds",
            default=_closed,
            weaker=lambda value, _site: "everything may leave" if value is True else None,
            severity="warning",
        ),
        judged(
            "allow_all_ipv6_outbound",
            "who breaks in reaches the whole internet from here",
            True,
            severity="warning",
        ),
    ),
)


def _flow_logs(site: Site) -> Value:
    destination = module("aws_ec2").FlowLogDestination
    if site.platform.flow_log_bucket is None:
        return {"Flow": {"destination": destination.to_cloud_watch_logs(site.log_group())}}
    bucket = module("aws_s3").Bucket.from_bucket_name(
        site.scope, f"{site.id}FlowLogs", site.platform.flow_log_bucket
    )
    return {"Flow": {"destination": destination.to_s3(bucket)}}


def _subnets(site: Site) -> list[dict[str, Any]]:
    # The CDK's own, whose names are part of logical IDs.
    private = "Isolated" if site.props.get("natGateways") == 0 else "Private"
    return [
        {"subnetType": "Public", "name": "Public", "mapPublicIpOnLaunch": False},
        {"subnetType": private, "name": private},
    ]


def _without_addresses(value: list[Mapping[str, Any]], _site: Site) -> list[dict[str, Any]] | None:
    filled = [
        {**each, "mapPublicIpOnLaunch": False}
        if each.get("subnetType") == "Public" and each.get("mapPublicIpOnLaunch") is None
        else dict(each)
        for each in value
    ]
    return filled if filled != [dict(each) for each in value] else None


def _addresses(value: list[Mapping[str, Any]], _site: Site) -> str | None:
    names = [str(each.get("name")) for each in value if each.get("mapPublicIpOnLaunch") is True]
    return f"whatever starts in {', '.join(names)} gets a public address" if names else None


def _three_tier(props: Props) -> bool:
    return props.get("createInternetGateway") is not False


VPC = Hardening(
    name="vpc",
    construct="aws-cdk-lib.aws-ec2.Vpc",
    title="flow logs, a closed default security group, no public address by itself",
    settings=(
        on(
            "restrict_default_security_group",
            "what names no group is reached by all others that do not",
            controls=("EC2.2",),
        ),
        Setting(
            name="flow_logs",
            why="who talked to whom",
            shown="all traffic, to the log archive or a log group",
            default=_flow_logs,
            weaker=lambda value, _site: None if value else "there is none",
            controls=("EC2.6",),
        ),
        Setting(
            name="subnet_configuration",
            why="a machine in a public subnet is reachable by mistake",
            shown="`map_public_ip_on_launch=False` in public subnets",
            default=_subnets,
            when=_three_tier,
            fill=_without_addresses,
            weaker=_addresses,
            controls=("EC2.15",),
        ),
    ),
)


def load_balancer_logs(site: Site) -> Mixed | None:
    """Give the mixin that sends access logs where the platform or the stack keeps them."""
    # Loading the load balancers of the CDK takes time that only an app which has one should spend.
    from baseline.blueprint.mixins import LoadBalancerLogs  # noqa: PLC0415

    region = site.stack.region
    name = site.platform.load_balancer_bucket
    bucket = None
    if name is None:
        bucket = site.access_logs()
        if bucket is None:
            return None
    elif "{region}" in name:
        # A bucket of another account has a name that the CDK has to know.
        if cdk.Token.is_unresolved(region):
            return None
        name = name.format(region=region)
    return Mixed(name=LOAD_BALANCER_LOGS, mixin=LoadBalancerLogs(bucket_name=name, bucket=bucket))


OPEN = judged("internet_facing", "the internet reaches it", True, severity="warning")
LASTING = on(
    "deletion_protection", "nobody deletes it by mistake", severity="warning", controls=("ELB.6",)
)

APPLICATION_LOAD_BALANCER = Hardening(
    name="application-load-balancer",
    construct="aws-cdk-lib.aws-elasticloadbalancingv2.ApplicationLoadBalancer",
    title="malformed requests dropped, kept, logged",
    mixin=load_balancer_logs,
    settings=(
        on("drop_invalid_header_fields", "headers smuggle requests", controls=("ELB.4",)),
        Setting(
            name="desync_mitigation_mode",
            why="ambiguous requests smuggle others",
            shown="`DEFENSIVE`",
            default=lambda _site: "defensive",
            weaker=lambda value, _site: "it only watches" if value == "monitor" else None,
            controls=("ELB.12",),
        ),
        LASTING,
        OPEN,
    ),
)
NETWORK_LOAD_BALANCER = Hardening(
    name="network-load-balancer",
    construct="aws-cdk-lib.aws-elasticloadbalancingv2.NetworkLoadBalancer",
    title="kept, logged",
    mixin=load_balancer_logs,
    settings=(LASTING, OPEN),
)

STRONG_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
WEAK_TLS = (
    "-1-0-",
    "-1-1-",
    "2015-04",
    "2016-08",
    "FS-2018-06",
    "FS-1-1",
)
"""Parts of the names of policies that admit TLS 1.0 or 1.1.

Source: Elastic Load Balancing User Guide, "Security policies for your Application Load Balancer".
"""


def _https(props: Props) -> bool:
    if "protocol" in props:
        return props["protocol"] in {"HTTPS", "TLS"}
    return props.get("port") in {443, 8443}


def _tls_listener(props: Props) -> bool:
    if "protocol" in props:
        return bool(props["protocol"] == "TLS")
    return bool(props.get("certificates"))


def _weak_tls(value: Value, _site: Site) -> str | None:
    return f"{value} admits TLS 1.0 or 1.1" if any(each in value for each in WEAK_TLS) else None


def _policy(when: Callable[[Props], bool]) -> Setting:
    return Setting(
        name="ssl_policy",
        why="TLS 1.0 and 1.1 are broken",
        shown="TLS 1.3 and 1.2",
        default=lambda _site: STRONG_TLS,
        when=when,
        weaker=_weak_tls,
        controls=("ELB.17",),
    )


APPLICATION_LISTENER = Hardening(
    name="application-listener",
    construct="aws-cdk-lib.aws-elasticloadbalancingv2.ApplicationListener",
    title="TLS 1.2 or later, opened to nobody by itself",
    settings=(
        _policy(_https),
        off("open", "the CDK opens its port to the whole internet", severity="warning"),
    ),
)
NETWORK_LISTENER = Hardening(
    name="network-listener",
    construct="aws-cdk-lib.aws-elasticloadbalancingv2.NetworkListener",
    title="TLS 1.2 or later",
    settings=(_policy(_tls_listener),),
)

NETWORK = (
    SECURITY_GROUP,
    VPC,
    APPLICATION_LOAD_BALANCER,
    NETWORK_LOAD_BALANCER,
    APPLICATION_LISTENER,
    NETWORK_LISTENER,
)
