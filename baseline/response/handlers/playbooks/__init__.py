"""The function of the playbooks: opens an incident, does its steps, asks people, and reports."""
