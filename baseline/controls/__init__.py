"""The registry of capabilities and controls that constructs declare."""
