"""The reference workload: the constructs for workloads put together, to deploy or to copy."""
