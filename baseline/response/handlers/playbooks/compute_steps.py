"""The steps of the family compute, by their names."""

from compute_acls import block_remote_addresses
from compute_domains import block_domain
from compute_evidence import collect_instance, list_launches
from compute_functions import stop_function
from compute_isolation import isolate_instance
from compute_memory import capture_memory
from compute_power import detach_profile, stop_instance
from compute_preserve import preserve_instance
from compute_snapshots import hand_over_snapshots, snapshot_volumes
from compute_traffic import deregister_targets, detach_scaling, drain_containers

__all__ = [
    "block_domain",
    "block_remote_addresses",
    "capture_memory",
    "collect_instance",
    "deregister_targets",
    "detach_profile",
    "detach_scaling",
    "drain_containers",
    "hand_over_snapshots",
    "isolate_instance",
    "list_launches",
    "preserve_instance",
    "snapshot_volumes",
    "stop_function",
    "stop_instance",
]
