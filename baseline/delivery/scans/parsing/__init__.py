"""From the report of each tool to findings.

A report that has not the tool's shape is an error: what cannot be read is never clean.
"""

from baseline.delivery.scans.parsing.dependencies import parse_npm_audit, parse_pip_audit
from baseline.delivery.scans.parsing.licenses import LicensePolicy, parse_licenses
from baseline.delivery.scans.parsing.running_application import parse_schemathesis, parse_wapiti
from baseline.delivery.scans.parsing.source import (
    parse_bandit,
    parse_detect_secrets,
    parse_semgrep,
)

__all__ = [
    "LicensePolicy",
    "parse_bandit",
    "parse_detect_secrets",
    "parse_licenses",
    "parse_npm_audit",
    "parse_pip_audit",
    "parse_schemathesis",
    "parse_semgrep",
    "parse_wapiti",
]
