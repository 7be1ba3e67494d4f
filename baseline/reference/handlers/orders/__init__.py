"""The function of the serverless variant."""
