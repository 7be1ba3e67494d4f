"""The operating systems that images are made of, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from baseline.errors import BaselineError

PlatformName = Literal["al2023", "ubuntu-24.04", "rhel-9", "windows-2022", "windows-2025"]
Architecture = Literal["x86_64", "arm64"]
Kind = Literal["Linux", "Windows"]

HTTPS, HTTP = 443, 80
INSTANCE_TYPES: Mapping[Architecture, tuple[str, ...]] = MappingProxyType(
    {"x86_64": ("m7i.large", "m6i.large"), "arm64": ("m7g.large", "m6g.large")}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """What Image Builder needs to know of an operating system.

    Attributes:
        name: shown in descriptions.
        kind: what Image Builder calls a platform.
        parents: architecture to the newest base image: an SSM parameter's name (``/aws/...``) or
            the name of an image of Image Builder's own, of which it takes the newest version.
        device: the root volume.
        gib: size of the root volume; at least what the base image has.
        ports: TCP ports on which the build machine reaches the distribution's repositories.
        owner: account that publishes the base image; empty where it is AWS.
    """

    name: str
    kind: Kind
    parents: Mapping[Architecture, str]
    device: str
    gib: int
    ports: tuple[int, ...] = field(default=(HTTPS,))
    owner: str = ""


def _canonical(architecture: str) -> str:
    return f"/aws/service/canonical/ubuntu/server/24.04/stable/current/{architecture}/hvm/ebs-gp3/ami-id"


def _windows(year: int) -> Platform:
    return Platform(
        name=f"Windows Server {year}",
        kind="Windows",
        parents={
            "x86_64": f"/aws/service/ami-windows-latest/Windows_Server-{year}-English-Full-Base"
        },
        device="/dev/sda1",
        gib=50,
        ports=(HTTPS, HTTP),
    )


PLATFORMS: Mapping[PlatformName, Platform] = MappingProxyType(
    {
        "al2023": Platform(
            name="Amazon Linux 2023",
            kind="Linux",
            parents={
                "x86_64": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
                "arm64": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
            },
            device="/dev/xvda",
            gib=20,
        ),
        "ubuntu-24.04": Platform(
            name="Ubuntu 24.04",
            kind="Linux",
            parents={"x86_64": _canonical("amd64"), "arm64": _canonical("arm64")},
            device="/dev/sda1",
            gib=20,
            # Its repositories answer on HTTP; packages are signed.
            ports=(HTTPS, HTTP),
            owner="099720109477",
        ),
        "rhel-9": Platform(
            name="Red Hat Enterprise Linux 9",
            kind="Linux",
            # Red Hat publishes no SSM parameter; Image Builder keeps this image current.
            parents={"x86_64": "red-hat-enterprise-linux-9-x86"},
            device="/dev/sda1",
            gib=20,
            owner="309956199498",
        ),
        "windows-2022": _windows(2022),
        "windows-2025": _windows(2025),
    }
)
"""Source: AWS Systems Manager User Guide, "Discovering public parameters in Parameter Store"; Canonical,
"Find Ubuntu images on AWS"; EC2 Image Builder User Guide, "Supported operating systems"."""


def parent_image(
    platform: PlatformName, architecture: Architecture, *, partition: str, region: str
) -> str:
    """Give the base image as a recipe names it: always the newest when it builds.

    Raises:
        BaselineError: the platform is unknown, or has no base image of the architecture.
    """
    if platform not in PLATFORMS:
        raise BaselineError(f"platform is {platform!r}; choose one of {', '.join(PLATFORMS)}")
    parents = PLATFORMS[platform].parents
    if architecture not in parents:
        raise BaselineError(
            f"architecture is {architecture!r}; {platform} is built for {', '.join(parents)}"
        )
    parent = parents[architecture]
    if parent.startswith("/"):
        return f"ssm:{parent}"
    return f"arn:{partition}:imagebuilder:{region}:aws:image/{parent}/x.x.x"
