"""The only places that spell out encryption, TLS and retention.

Every bucket, key, topic, queue and Lambda function of the baseline is one of these.
"""
