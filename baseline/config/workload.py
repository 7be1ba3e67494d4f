"""The reference workload: an application behind the edge, in an account of its own. None by default."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt

from baseline.config.forms import (
    AccountId,
    CertificateArn,
    ContactEmail,
    Host,
    PrefixListId,
    RegionName,
)
from baseline.config.section import Section

# The value of a tag, the start of stack names and an RDS identifier at once.
NAME_PATTERN = r"^[a-z](-?[a-z0-9])+$"
PARAMETER_PATTERN = r"^/[A-Za-z0-9._/-]{1,1010}$"
PATH_PATTERN = r"^/[A-Za-z0-9._/-]{0,127}$"
QUALIFIER_PATTERN = r"^[A-Za-z0-9_-]{1,10}$"
USER_POOL_PATTERN = r"^arn:aws:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[a-z0-9-]+_[A-Za-z0-9]+$"

HINTS = {
    NAME_PATTERN: "is not a name for a workload: 2 to 30 lower-case letters, digits or single hyphens, a letter first",
    PARAMETER_PATTERN: "is not the name of an SSM parameter, such as /images/orders/arm64",
    PATH_PATTERN: "is not a path, such as /health",
    QUALIFIER_PATTERN: "is not a qualifier of a CDK bootstrap: 1 to 10 letters or digits",
    USER_POOL_PATTERN: "is not the ARN of a user pool of Amazon Cognito",
}

Form = Literal["instances", "serverless", "both"]


class InstancesWorkload(Section):
    """Machines and a database that only CloudFront reaches. It costs per hour: docs/reference-workload.md."""

    domain: Host = Field(description="Name that people use, such as orders.example.com.")
    certificate: CertificateArn | None = Field(
        default=None,
        description="ARN of the certificate of `domain` in us-east-1, where CloudFront looks for it. Needed.",
    )
    origin_domain: Host = Field(
        description="Name that CloudFront calls the load balancer by; its certificate holds it. It needs no DNS record.",
    )
    origin_certificate: CertificateArn = Field(
        description="ARN of the certificate of `origin_domain` in the workload's Region.",
    )
    cloudfront_prefix_list: PrefixListId = Field(
        description="ID of the Region's prefix list com.amazonaws.global.cloudfront.origin-facing, as "
        "`aws ec2 describe-managed-prefix-lists` shows it.",
    )
    image_parameter: str = Field(
        pattern=PARAMETER_PATTERN,
        description="SSM parameter with the ID of a machine image that answers HTTPS on `port`.",
    )
    cidr: str = Field(
        default="10.64.0.0/20",
        description="Range of the VPC: private, /16 to /24. 10.64.0.0/20 by default.",
    )
    port: StrictInt = Field(
        default=8443,
        ge=1024,
        le=65535,
        description="Port that the machines answer HTTPS on. 8443 by default.",
    )
    health_path: str = Field(
        default="/health",
        pattern=PATH_PATTERN,
        description="Path that answers 200 while a machine is well. /health by default.",
    )
    engine: Literal["aurora-postgresql", "aurora-mysql"] = Field(
        default="aurora-postgresql",
        description="Engine of the database. aurora-postgresql by default.",
    )
    maximum: StrictInt = Field(
        default=8, ge=2, le=100, description="Machines at most; 2 at least always. 8 by default."
    )
    countries: tuple[str, ...] = Field(
        default=(), description="Codes of the only countries that are served. All by default."
    )
    count_only: StrictBool = Field(
        default=False,
        description="Let the web ACL of CloudFront count instead of block, for the first days. false by default.",
    )
    public_access_exclusion: StrictBool = Field(
        default=False,
        description="Except the VPC from the block of VPCs' public access, where the organization has one. false by default.",
    )


class ServerlessWorkload(Section):
    """An API, a function and a table. It costs by use, but for its web ACL and keys."""

    user_pool: str | None = Field(
        default=None,
        pattern=USER_POOL_PATTERN,
        description="ARN of the Amazon Cognito user pool whose tokens callers send. IAM signatures by default.",
    )
    domain: Host | None = Field(
        default=None, description="Name of the API's own. AWS's name by default."
    )
    certificate: CertificateArn | None = Field(
        default=None, description="ARN of the certificate of `domain` in the workload's Region."
    )
    reserve_concurrency: StrictBool = Field(
        default=True,
        description="Reserve 10 executions at once for the function. false for a new account, whose quota lets none be reserved. true by default.",
    )
    account_logging: StrictBool = Field(
        default=True,
        description="Make API Gateway's logging role of the account and Region; false where there is one. true by default.",
    )


class Workload(Section):
    """The reference workload, in a workload account. Nothing of it is exempt from a guardrail."""

    account: AccountId = Field(
        description="ID of the workload account, bootstrapped for the CDK; never a core account."
    )
    region: RegionName | None = Field(
        default=None,
        description="Region of machines, API and data: the home Region, whose log archive takes the flow logs, or for `form: serverless` any governed one. The home Region by default.",
    )
    name: str = Field(
        default="orders",
        pattern=NAME_PATTERN,
        max_length=30,
        description="Start of the stacks' names; not the prefix, because guardrails exempt roles that begin with it. orders by default.",
    )
    form: Form = Field(
        description="instances (CloudFront, load balancer, machines, Aurora), serverless (API, function, table), or both."
    )
    alarms: tuple[ContactEmail, ...] = Field(
        min_length=1, description="E-mail addresses that hear of alarms."
    )
    qualifier: str = Field(
        default="hnb659fds",
        pattern=QUALIFIER_PATTERN,
        description="Qualifier of the account's CDK bootstrap: that of application teams, never the baseline's own, which guardrails exempt. hnb659fds by default.",
    )
    instances: InstancesWorkload | None = Field(
        default=None, description="What `form: instances` and `form: both` need. None by default."
    )
    serverless: ServerlessWorkload = Field(
        default_factory=ServerlessWorkload, description="Choices of the serverless variant."
    )

    def has(self, form: Literal["instances", "serverless"]) -> bool:
        """Tell whether a variant is part of the workload."""
        return self.form in (form, "both")

    def stack_name(self, part: str) -> str:
        """Give the name of a stack, by which another Region's stack reads its outputs."""
        return f"{self.name}-{part}"
