"""The configuration of the baseline: models, loader, names, quotas, Regions.

Nothing here imports the CDK, so that `baseline validate` answers within a second.
"""

from __future__ import annotations

from baseline.config.configuration import Configuration
from baseline.config.loader import load, read
from baseline.config.names import Names
from baseline.config.standalone import Standalone

__all__ = ["Configuration", "Names", "Standalone", "load", "read"]
