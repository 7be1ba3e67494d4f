"""Endpoint: where logs are sent to, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_secretsmanager as secretsmanager

from baseline.config.siem import PRESETS, URL_LENGTH, Destination, Preset
from baseline.errors import BaselineError


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """Where streams deliver to, and how patiently.

    Attributes:
        destination: the SIEM, one of ``PRESETS``.
        url: address of its endpoint; https only. Not for ``opensearch``.
        secret: secret with the token; not for ``opensearch``.
        domain: ARN of the OpenSearch Service domain; for ``opensearch`` only.
        index: index in OpenSearch, to which the day is appended.
        buffer_seconds: seconds that a batch waits for more.
        retry_seconds: seconds that a delivery is tried before its data goes to the bucket.
    """

    destination: Destination
    url: str | None = None
    secret: secretsmanager.ISecret | None = None
    domain: str | None = None
    index: str = "aws-security"
    buffer_seconds: int = 60
    retry_seconds: int = 3_600

    @property
    def preset(self) -> Preset:
        """What Firehose needs to know of the SIEM."""
        return PRESETS[self.destination]

    def check(self) -> None:
        """Refuse what Firehose would refuse, or would send unencrypted.

        Raises:
            BaselineError: an unknown SIEM, a missing or plain address, or too long a buffer.
        """
        if self.destination not in PRESETS:
            raise BaselineError(
                f"destination {self.destination!r} is no SIEM; known: {', '.join(PRESETS)}"
            )
        if self.destination == "opensearch":
            if self.domain is None:
                raise BaselineError("destination opensearch needs domain, the ARN of the domain")
        elif self.secret is None or self.url is None:
            raise BaselineError(f"destination {self.destination} needs url and secret")
        elif not self.url.startswith("https://") or len(self.url) > URL_LENGTH:
            raise BaselineError(
                f"url must start with https:// and have at most {URL_LENGTH} characters, got "
                f"{self.url[:80]!r}; logs are never sent in the clear"
            )
        limit = self.preset.maximum_buffer_seconds
        if not 0 <= self.buffer_seconds <= limit:
            raise BaselineError(
                f"buffer_seconds must be 0 to {limit} for {self.destination}, got "
                f"{self.buffer_seconds}"
            )
