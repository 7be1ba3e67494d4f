"""Patches: baselines, scans, windows and their roles (every account), the report (security account)."""

from __future__ import annotations

from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class PatchingNames(CoreNames):
    """Patches: baselines, scans, windows and their roles (every account), the report (security account)."""

    # Every account and governed Region

    def patch_baseline(self, system: str) -> str:
        """Patch baseline of an operating system."""
        return f"{self.prefix}-patches-{system}"

    @property
    def patch_scan(self) -> str:
        """Association that looks for missing patches."""
        return f"{self.prefix}-patch-scan"

    @property
    def patch_install(self) -> str:
        """Association that installs patches on every machine."""
        return f"{self.prefix}-patch-install"

    def patch_window(self, name: str) -> str:
        """Maintenance window of this name, its target, its task and their owner information."""
        return f"{self.prefix}-patch-{name}"

    @property
    def patch_failure_rule(self) -> str:
        """Rule that forwards failed installations."""
        return f"{self.prefix}-forward-patch-failures"

    # Every account

    @property
    def patch_window_role(self) -> str:
        """Role that maintenance windows send commands with."""
        return f"{self.prefix}-patch-window"

    @property
    def patch_log_policy(self) -> str:
        """Managed policy that an instance's role needs to write patch logs."""
        return f"{self.prefix}-patch-logs"

    @property
    def patch_report_role(self) -> str:
        """Role that reads which machines lack patches."""
        return f"{self.prefix}-patch-report"

    # Security account, home Region

    @property
    def patch_report_sweep(self) -> str:
        """State machine that reports patches of all accounts."""
        return f"{self.prefix}-patch-compliance"

    @property
    def patch_reporter_role(self) -> str:
        """Role of its function, which may assume the role above."""
        return f"{self.prefix}-patch-reporter"
