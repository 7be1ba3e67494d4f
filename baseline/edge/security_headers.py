"""Headers that tell browsers to keep to HTTPS, and what a page may load, frame and reveal."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

HSTS_DAYS = 365
SAME_PLACE = (
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; upgrade-insecure-requests"
)
"""Only what comes from the same place, and in nobody's frame.

Source: OWASP Cheat Sheet Series, "Content Security Policy Cheat Sheet".
"""


def security_headers(
    scope: Construct, id: str, *, policy: str | None
) -> cloudfront.ResponseHeadersPolicy:
    """Create a policy of response headers, which replace those of the origin.

    Args:
        scope: parent construct.
        id: construct ID.
        policy: content security policy; that of the same place where None.
    """
    struct = cloudfront
    return cloudfront.ResponseHeadersPolicy(
        scope,
        id,
        security_headers_behavior=struct.ResponseSecurityHeadersBehavior(
            content_security_policy=struct.ResponseHeadersContentSecurityPolicy(
                content_security_policy=policy or SAME_PLACE, override=True
            ),
            content_type_options=struct.ResponseHeadersContentTypeOptions(override=True),
            frame_options=struct.ResponseHeadersFrameOptions(
                frame_option=struct.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=struct.ResponseHeadersReferrerPolicy(
                referrer_policy=struct.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                override=True,
            ),
            strict_transport_security=struct.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=cdk.Duration.days(HSTS_DAYS),
                include_subdomains=True,
                override=True,
            ),
        ),
        # Nobody needs to know what answers.
        remove_headers=["Server", "X-Powered-By"],
    )
