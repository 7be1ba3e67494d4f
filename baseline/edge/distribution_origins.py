"""What a distribution asks for its answers: a bucket, a server, or a private load balancer."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

MOST_CHARACTERS = 64
HTTPS = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS


def bucket_behavior(
    content: s3.IBucket, headers: cloudfront.IResponseHeadersPolicy
) -> cloudfront.BehaviorOptions:
    """Deliver the objects of a bucket, which nobody reads past the distribution."""
    return cloudfront.BehaviorOptions(
        origin=origins.S3BucketOrigin.with_origin_access_control(content),
        viewer_protocol_policy=HTTPS,
        response_headers_policy=headers,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
        cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
    )


def server_behavior(
    origin: cloudfront.IOrigin, headers: cloudfront.IResponseHeadersPolicy
) -> cloudfront.BehaviorOptions:
    """Pass every request on to a server."""
    return cloudfront.BehaviorOptions(
        origin=origin,
        viewer_protocol_policy=HTTPS,
        response_headers_policy=headers,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        # An answer for one person must not be another's.
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    )


def public_server(domain: str) -> cloudfront.IOrigin:
    """Give a server that the internet reaches, by HTTPS with TLS 1.2."""
    return origins.HttpOrigin(
        domain,
        protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
    )


def private_server(
    scope: Construct, domain: str, load_balancer_arn: str
) -> tuple[cloudfront.IOrigin, cloudfront.CfnVpcOrigin]:
    """Give an internal load balancer that CloudFront reaches inside its VPC, by HTTPS with TLS 1.2.

    Args:
        scope: parent construct of the VPC origin.
        domain: name that the load balancer's certificate holds; it needs no address.
        load_balancer_arn: the load balancer, in any Region.

    Source: Amazon CloudFront Developer Guide, "Restrict access with VPC origins".
    """
    resource = cloudfront.CfnVpcOrigin(
        scope,
        "VpcOrigin",
        vpc_origin_endpoint_config=cloudfront.CfnVpcOrigin.VpcOriginEndpointConfigProperty(
            arn=load_balancer_arn,
            name=cdk.Names.unique_resource_name(scope, max_length=MOST_CHARACTERS, separator="-"),
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
        ),
    )
    known = cloudfront.VpcOrigin.from_vpc_origin_id(scope, "Known", resource.attr_id)
    return origins.VpcOrigin.with_vpc_origin(known, domain_name=domain), resource
