"""The random configurations reach every field that the models have: a new one is met by itself."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from baseline.config import Configuration, Standalone
from tests.random import documents
from tests.random.model_fields import fields, reached
from tests.random.values import Around, Draw, section
