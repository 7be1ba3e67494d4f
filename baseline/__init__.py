"""The AWS security baseline: constructs for a protected, audited and automated organization.

Import constructs from the capability packages (``baseline.audit``, ``baseline.network`` ...). This
module imports nothing, so that importing one construct loads only what that construct needs.
"""

__version__ = "0.2.0.dev0"
