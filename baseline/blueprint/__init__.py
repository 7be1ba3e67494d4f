"""The baseline for application teams: ordinary CDK constructs come out hardened.

>>> import aws_cdk as cdk
>>> from baseline.blueprint import apply_baseline
>>> app = cdk.App()
>>> blueprint = apply_baseline(app)
"""

from __future__ import annotations

from baseline.blueprint.apply import Blueprint, apply_baseline
from baseline.blueprint.listing import Line, injectors
from baseline.blueprint.platform import Platform
from baseline.blueprint.record import Change, Record, Weaker

__all__ = [
    "Blueprint",
    "Change",
    "Line",
    "Platform",
    "Record",
    "Weaker",
    "apply_baseline",
    "injectors",
]
