"""Networks that reach nothing by default: tiers, rules in both directions, endpoints, flow logs."""
