"""From the reports in a folder to Security Hub and the archive."""

from baseline.delivery.scans.importing.archive import archive
from baseline.delivery.scans.importing.folder import ScanFolder, scan_folders
from baseline.delivery.scans.importing.security_hub import Imported, import_findings

__all__ = ["Imported", "ScanFolder", "archive", "import_findings", "scan_folders"]
