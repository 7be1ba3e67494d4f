"""Secrets that stand where many can read them: in templates and environment variables."""

from baseline.workload.cleartext.findings import Cleartext, find_cleartext
from baseline.workload.cleartext.plugin import NoCleartextSecrets

__all__ = ["Cleartext", "NoCleartextSecrets", "find_cleartext"]
