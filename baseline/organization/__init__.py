"""The organization: what is switched on in it, its units and its accounts."""
