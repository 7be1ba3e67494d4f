"""Where a machine image goes: encrypted, to the organization or to units of it, and to a parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_imagebuilder as imagebuilder
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_environment import ImageBuildEnvironment

ORGANIZATION_ARN = re.compile(
    r"arn:aws[a-z-]*:organizations::\d{12}:organization/(o-[a-z0-9]{10,32})"
)
UNIT_ARN = re.compile(
    r"arn:aws[a-z-]*:organizations::\d{12}:ou/(o-[a-z0-9]{10,32})/ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"
)
KEY_ID = "(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
KEY_ARN = re.compile(rf"arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{{12}}:key/{KEY_ID}")
PARAMETERS = "/imagebuilder/"
"""AWS's policy for Image Builder lets it write parameters below this path only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sharing:
    """Who may start machines from an image.

    Attributes:
        organization_arn: the whole organization; None where units are named.
        unit_arns: ARNs of organizational units, with all below them.
        copies: Region to the ARN of the key that encrypts the copy there; none by default.
    """

    organization_arn: str | None = None
    unit_arns: tuple[str, ...] = ()
    copies: Mapping[str, str] = field(default_factory=dict)

    def check(self, organization_id: str, home: str) -> None:
        """Refuse sharing with nobody, with strangers, or without a key.

        Raises:
            BaselineError: names the value.
        """
        if (self.organization_arn is None) == (not self.unit_arns):
            raise BaselineError(
                "sharing names organization_arn or unit_arns, and not both; name the one that "
                "starts machines"
            )
        named = [self.organization_arn] if self.organization_arn else list(self.unit_arns)
        pattern = ORGANIZATION_ARN if self.organization_arn else UNIT_ARN
        for arn in named:
            found = pattern.fullmatch(arn)
            if found is None or found[1] != organization_id:
                raise BaselineError(
                    f"sharing names {arn!r}, which is no ARN of {organization_id} or a unit of it; "
                    "correct it: others must not get the image"
                )
        for region, arn in self.copies.items():
            key = KEY_ARN.fullmatch(arn)
            if key is None or key[1] != region:
                raise BaselineError(
                    f"copies[{region!r}] is {arn!r}; give the ARN of a key in {region}, which "
                    "encrypts the copy there"
                )
            if region == home:
                raise BaselineError(f"copies names {region}, where the image is built; remove it")


def parameter_name(pipeline: str) -> str:
    """Give the name of the parameter that holds the ID of the newest image."""
    return f"{PARAMETERS}{pipeline}/latest"


def distribute_machine(
    scope: Construct,
    *,
    environment: ImageBuildEnvironment,
    pipeline: str,
    sharing: Sharing,
) -> imagebuilder.CfnDistributionConfiguration:
    """Create the distribution of a machine image.

    Args:
        scope: gets ``Distribution``.
        environment: whose key encrypts the image.
        pipeline: full name of the pipeline.
        sharing: who gets it.

    Source: EC2 Image Builder User Guide, "Create and update AMI distribution configurations".
    """
    home = cdk.Stack.of(scope).region
    places = [(home, environment.key.key.key_arn), *sorted(sharing.copies.items())]
    return imagebuilder.CfnDistributionConfiguration(
        scope,
        "Distribution",
        name=pipeline,
        distributions=[_place(region, key, pipeline, sharing) for region, key in places],
    )


def _place(
    region: str, key: str, pipeline: str, sharing: Sharing
) -> imagebuilder.CfnDistributionConfiguration.DistributionProperty:
    types = imagebuilder.CfnDistributionConfiguration
    units: Sequence[str] = sharing.unit_arns
    return types.DistributionProperty(
        region=region,
        # CloudFormation reads this one as JSON: CloudFormation's own spelling.
        ami_distribution_configuration={
            "Name": f"{pipeline}-{{{{ imagebuilder:buildDate }}}}",
            "KmsKeyId": key,
            "AmiTags": {"ImagePipeline": pipeline},
            "LaunchPermissionConfiguration": {"OrganizationalUnitArns": list(units)}
            if units
            else {"OrganizationArns": [sharing.organization_arn]},
        },
        ssm_parameter_configurations=[
            types.SsmParameterConfigurationProperty(
                parameter_name=parameter_name(pipeline), data_type="aws:ec2:image"
            )
        ],
    )
