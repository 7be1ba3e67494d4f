"""Evidence of compliance: collected, hashed, kept and verified."""
