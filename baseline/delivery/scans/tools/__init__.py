"""The scanners: exact versions, hashes of all their packages, one environment each."""

from baseline.delivery.scans.tools.manifest import Tool, tools
from baseline.delivery.scans.tools.toolbox import Toolbox

__all__ = ["Tool", "Toolbox", "tools"]
