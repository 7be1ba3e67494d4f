"""Patches of machines: baselines, scans, windows, logs, failures and the report."""
