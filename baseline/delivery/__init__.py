"""Delivery of software: what is asked of templates before they are deployed."""
