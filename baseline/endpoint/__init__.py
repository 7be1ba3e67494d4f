"""Agents on machines: presets, packages, distribution and proof that they run."""
