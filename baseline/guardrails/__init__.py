"""Guardrails: organization policies with proofs, the engine that evaluates them, and their stack.

This module imports nothing, so that configuration validation can ask for the names of the catalog
without loading the CDK.
"""
