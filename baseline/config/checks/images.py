"""What golden images need elsewhere, and what cannot be built as it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from baseline.config.finding import Finding, Path
from baseline.config.images import OWNERS
from baseline.config.text import show
from baseline.config.view import View

IMAGES: Path = ("images",)
PROVIDERS = (("capabilities", "ec2_attributes", "image_providers"),)
MACHINES: Path = (*IMAGES, "machines")
CONTAINERS: Path = (*IMAGES, "containers")
INSPECTOR: Path = ("capabilities", "inspector")
EC2: Path = ("capabilities", "ec2_attributes")
ONE_ARCHITECTURE = ("rhel-9", "windows-2022", "windows-2025")


def build_something(view: View) -> Iterator[Finding]:
    """There is a pipeline, and each has a name of its own."""
    if not isinstance(view.get(IMAGES), Mapping):
        return
    machines, containers = view.keys(*MACHINES), view.keys(*CONTAINERS)
    if not machines and not containers:
        yield Finding(IMAGES, "builds nothing; name an image in machines or containers")
    for name in sorted(set(machines) & set(containers)):
        yield Finding(
            (*CONTAINERS, name), f"{show(name)} is a machine image too; give it another name"
        )


def are_scanned(view: View) -> Iterator[Finding]:
    """Inspector scans what is built, unless the configuration says what looks instead."""
    if not isinstance(view.get(IMAGES), Mapping) or view.get((*IMAGES, "unscanned")) is not None:
        return
    on = view.get((*INSPECTOR, "enabled")) is True
    needed = {"instances": view.keys(*MACHINES), "images": view.keys(*CONTAINERS)}
    for switch, pipelines in needed.items():
        if pipelines and not (on and view.enabled(*INSPECTOR, switch)):
            yield Finding(
                IMAGES,
                "no release without a scan: switch on capabilities.inspector.enabled and "
                f"{switch}, or say in unscanned what looks for vulnerabilities instead",
                rests_on=(INSPECTOR,),
            )
            return


def fit_their_platform(view: View) -> Iterator[Finding]:
    """A platform is built for its architectures, and agents are installed on Linux."""
    for name in view.keys(*MACHINES):
        place = (*MACHINES, name)
        platform = view.text(*place, "platform") or "al2023"
        if view.text(*place, "architecture") == "arm64" and platform in ONE_ARCHITECTURE:
            yield Finding(
                (*place, "architecture"), f"{platform} is built for x86_64 only; remove it"
            )
        if platform.startswith("windows") and view.get((*place, "endpoint_agent")) is not None:
            yield Finding(
                (*place, "endpoint_agent"),
                "is for Linux; remove it, and distribute the agent by Systems Manager",
            )


def come_from_allowed_providers(view: View) -> Iterator[Finding]:
    """Where EC2 refuses unknown images, the base images are known."""
    if view.get((*EC2, "allowed_images")) is None or not view.enabled(*EC2, "enabled"):
        return
    allowed = {provider for _, provider in view.items(*EC2, "image_providers")}
    for name in view.keys(*MACHINES):
        platform = view.text(*MACHINES, name, "platform") or "al2023"
        owner = OWNERS.get(platform)
        if owner is not None and owner not in allowed:
            yield Finding(
                (*MACHINES, name, "platform"),
                f"the base image of {platform} belongs to {owner}, whose images "
                "capabilities.ec2_attributes.image_providers does not allow; add it there",
                rests_on=PROVIDERS,
            )
        elif owner is None and allowed and "amazon" not in allowed:
            yield Finding(
                (*MACHINES, name, "platform"),
                f"the base image of {platform} is Amazon's, whose images "
                "capabilities.ec2_attributes.image_providers does not allow; add amazon there",
                rests_on=PROVIDERS,
            )


def are_copied_where_it_is_governed(view: View) -> Iterator[Finding]:
    """Copies go to other governed Regions, each with a key there."""
    home = view.text("home_region")
    governed = {name for _, name in view.items("regions")}
    for region in view.keys(*IMAGES, "copies"):
        place = (*IMAGES, "copies", region)
        arn = (view.text(*place) or "").split(":")
        if region == home:
            yield Finding(place, "images are built in the home Region; remove it")
        elif region not in governed:
            yield Finding(place, f"{show(region)} is not governed; add it to regions, or remove it")
        elif len(arn) > len("arn:") and arn[3] != region:
            yield Finding(
                place, f"the key is in {arn[3]}; a copy is encrypted with a key of its own Region"
            )


def end_in_order(view: View) -> Iterator[Finding]:
    """An image is deprecated before it is deleted."""
    place: Path = (*IMAGES, "retention")
    first = view.number(*place, "deprecate_after_days", default=60)
    last = view.number(*place, "delete_after_days", default=180)
    if first is not None and last is not None and first >= last:
        yield Finding(
            (*place, "delete_after_days"),
            f"is {last}, deprecate_after_days {first}; images are deprecated first",
        )
