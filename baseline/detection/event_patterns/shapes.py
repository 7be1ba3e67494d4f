"""Shapes: what the patterns of all sources are made of."""

from __future__ import annotations

from typing import Any

Pattern = dict[str, Any]

COMPLIANCE_CHANGE = "Config Rules Compliance Change"
API_CALL = "AWS API Call via CloudTrail"
SIGN_IN = "AWS Console Sign In via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"


GLOBAL_REGION = "us-east-1"
"""Where root sign-ins and calls of IAM and of the global endpoint of STS are recorded."""

SIGN_IN_REGIONS = (GLOBAL_REGION, "us-east-2", "eu-north-1", "ap-southeast-2")
"""Where sign-ins of IAM users are recorded, after the Region of the sign-in page that they got.

Source: AWS CloudTrail User Guide, "AWS Management Console sign-in events".
"""


FORWARDED_SOURCES = ("aws.*",)
"""Event sources that the security account's bus accepts: AWS services, which nobody can imitate."""
