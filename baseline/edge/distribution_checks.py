"""What a distribution needs: names of its own, one origin, a web ACL of the right scope."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elb

from baseline.edge.web_acl import WebAcl
from baseline.edge.web_acl_choices import GLOBAL_REGION
from baseline.errors import BaselineError


def check_domains(names: Sequence[str]) -> None:
    """Raise where a distribution would have CloudFront's own name, which takes TLS 1.0.

    Raises:
        BaselineError: there is no name.
    """
    if not names:
        raise BaselineError(
            "domain_names is empty; under CloudFront's own name nobody can refuse old TLS, so "
            "name at least one that the certificate holds"
        )


def check_origin(content: bool, origin_domain: str | None) -> None:
    """Raise unless a distribution has one origin, by its name alone.

    Raises:
        BaselineError: neither or both, or a web address instead of a name.
    """
    if content == (origin_domain is not None):
        given = "both content and origin_domain" if content else "neither content nor origin_domain"
        raise BaselineError(f"{given}; give one of them: a bucket, or the name of a server")
    if (
        origin_domain is not None
        and not cdk.Token.is_unresolved(origin_domain)
        and ("/" in origin_domain or ":" in origin_domain)
    ):
        raise BaselineError(
            f"origin_domain {origin_domain!r} is not a name; write it as in 'app.example.com', "
            "CloudFront uses HTTPS on port 443"
        )


def check_private(
    load_balancer: elb.IApplicationLoadBalancer | str | None, origin_domain: str | None
) -> None:
    """Raise for a load balancer that CloudFront cannot reach inside a VPC.

    Raises:
        BaselineError: it has no name, is public, or is no load balancer.
    """
    if load_balancer is None:
        return
    if origin_domain is None:
        raise BaselineError(
            "private_load_balancer has no origin_domain; give a name that its certificate holds"
        )
    if isinstance(load_balancer, str):
        known = not cdk.Token.is_unresolved(load_balancer)
        if known and ":loadbalancer/app/" not in load_balancer:
            raise BaselineError(
                f"private_load_balancer {load_balancer!r} is not the ARN of an Application Load "
                "Balancer"
            )
        return
    resource = load_balancer.node.default_child
    if isinstance(resource, elb.CfnLoadBalancer) and resource.scheme == "internet-facing":
        raise BaselineError(
            f"private_load_balancer {load_balancer.node.path} faces the internet; leave "
            "internet_facing out, CloudFront reaches it inside its VPC"
        )


def global_arn(web_acl: WebAcl | str) -> str:
    """Give the ARN of a web ACL that a distribution takes.

    Raises:
        BaselineError: it is one for load balancers and APIs.
    """
    fix = f"pass a WebAcl with scope 'CLOUDFRONT' from a stack of {GLOBAL_REGION!r}, or its ARN"
    if isinstance(web_acl, WebAcl):
        if web_acl.web_acl_scope != "CLOUDFRONT":
            raise BaselineError(
                f"web_acl {web_acl.node.path} has scope '{web_acl.web_acl_scope}', which a "
                f"distribution does not take; {fix}"
            )
        return web_acl.arn
    if not cdk.Token.is_unresolved(web_acl) and (
        f":wafv2:{GLOBAL_REGION}:" not in web_acl or ":global/webacl/" not in web_acl
    ):
        raise BaselineError(f"web_acl {web_acl!r} is not the ARN of a web ACL of CloudFront; {fix}")
    return web_acl
