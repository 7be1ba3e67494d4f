"""Automation documents: what people run while they answer an incident."""
