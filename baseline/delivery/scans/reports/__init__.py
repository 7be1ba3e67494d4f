"""What a scan found, for code hosts, test reports, Security Hub and people."""

from baseline.delivery.scans.reports.asff import Origin, as_asff
from baseline.delivery.scans.reports.junit import as_junit
from baseline.delivery.scans.reports.result import Result
from baseline.delivery.scans.reports.sarif import as_sarif
from baseline.delivery.scans.reports.summary import as_summary

__all__ = ["Origin", "Result", "as_asff", "as_junit", "as_sarif", "as_summary"]
