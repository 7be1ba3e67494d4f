"""The deployable stacks: wiring only, one file per stack."""
