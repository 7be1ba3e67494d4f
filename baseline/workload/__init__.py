"""Hardened building blocks of workloads: secrets, tables, databases, file systems, functions, machines."""
