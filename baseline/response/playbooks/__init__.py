"""Playbooks: what is done about an incident, step by step, by a state machine each."""
