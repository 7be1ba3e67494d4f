"""EndpointAgentPackage: an agent against malware that becomes part of the image."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baseline.errors import BaselineError
from baseline.images.documents import Component, own
from baseline.images.platforms import Platform

# The values stand in a shell command of the component: nothing that a shell reads differently.
SOURCE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9._/+=-]+\.(rpm|deb)")
SHA256 = re.compile(r"[0-9a-f]{64}")
SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,99}")


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointAgentPackage:
    """A package of the agent's vendor, which lies in a bucket of yours, and its hash.

    The image holds the agent without its token: machines register when they start.

    Attributes:
        source: S3 URI of the package, an ``.rpm`` or ``.deb``.
        sha256: SHA-256 of the package, as the vendor prints it.
        service: unit of systemd that the package brings.
        key_arn: ARN of the key that encrypts the package; None where S3 does with its own.
    """

    source: str
    sha256: str
    service: str
    key_arn: str | None = None

    def object_arn(self, partition: str) -> str:
        """Give the ARN of the package, for the build machine's role."""
        return f"arn:{partition}:s3:::{self.source.removeprefix('s3://')}"

    def component(self, platform: Platform) -> Component:
        """Give the component that installs the agent.

        Raises:
            BaselineError: a value has another form, or the platform has no such packages.
        """
        self.check()
        if platform.kind != "Linux":
            raise BaselineError(
                f"endpoint_agent is for Linux, the platform is {platform.name}; leave it out and "
                "distribute the agent to Windows machines by Systems Manager"
            )
        return own(
            "endpoint-agent-linux",
            {
                "Source": self.source,
                "Sha256": self.sha256,
                "File": self.source.rsplit("/", 1)[1],
                "Service": self.service,
            },
        )

    def check(self) -> None:
        """Refuse what is no package in S3, no hash or no unit.

        Raises:
            BaselineError: names the value.
        """
        if not SOURCE.fullmatch(self.source):
            raise BaselineError(
                f"source is {self.source!r}; give the S3 URI of an .rpm or .deb, such as "
                "s3://packages/agent-7.1.rpm"
            )
        if not SHA256.fullmatch(self.sha256):
            raise BaselineError(
                f"sha256 is {self.sha256!r}; give the 64 hexadecimal digits, in lower case"
            )
        if not SERVICE.fullmatch(self.service):
            raise BaselineError(
                f"service is {self.service!r}; give the name of a unit of systemd, such as agentd"
            )
