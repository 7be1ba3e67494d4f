"""Steps of the family ``data``, by name."""

from __future__ import annotations

from data_bucket import (
    block_public_access,
    deny_destruction,
    enable_versioning,
    keep_bucket_state,
    list_object_changes,
    quarantine_bucket,
    remove_expiration_rules,
)
from data_database import (
    block_public_sharing,
    copy_database,
    end_public_access,
    end_public_sharing,
    keep_exposed_settings,
)
from data_object import (
    delete_object_version,
    deny_reading,
    hold_object,
    keep_object_record,
    tag_object,
)

__all__ = [
    "block_public_access",
    "block_public_sharing",
    "copy_database",
    "delete_object_version",
    "deny_destruction",
    "deny_reading",
    "enable_versioning",
    "end_public_access",
    "end_public_sharing",
    "hold_object",
    "keep_bucket_state",
    "keep_exposed_settings",
    "keep_object_record",
    "list_object_changes",
    "quarantine_bucket",
    "remove_expiration_rules",
    "tag_object",
]
