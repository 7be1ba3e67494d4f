"""The six scans: which tools run, over what, with which options."""

from baseline.delivery.scans.engines.application import dast
from baseline.delivery.scans.engines.packages import dependencies, licenses, sbom
from baseline.delivery.scans.engines.request import Outcome, Request
from baseline.delivery.scans.engines.source import sast, secrets
from baseline.delivery.scans.findings import Scan

SCANS = {
    Scan.SAST: sast,
    Scan.SECRETS: secrets,
    Scan.DEPENDENCIES: dependencies,
    Scan.LICENSES: licenses,
    Scan.SBOM: sbom,
    Scan.DAST: dast,
}

__all__ = ["SCANS", "Outcome", "Request"]
