"""The ordered plan for letting go of the baseline: what stays, what stops protecting, what is final."""
