"""Delivers one repository: by CodePipeline, or by GitHub Actions with roles of its own.

Deploy one of the two stacks, in the account that holds your pipelines. `Platform` belongs to
`github-actions.yml`; its outputs are the values that docs/delivery.md tells you to set.
"""

from __future__ import annotations

import aws_cdk as cdk

from baseline.delivery.change_comment import ChangeComment
from baseline.delivery.commands import Gate, Target
from baseline.delivery.oidc_delivery import OidcDelivery
from baseline.delivery.secure_pipeline import SecurePipeline
from baseline.delivery.source import Source
from baseline.identity.oidc import OidcProvider
from baseline.identity.oidc_subject import GITHUB, Subject

REPOSITORY = "example/shop"
ORGANIZATION = "o-exampleorgid"
TEST = Target(accounts=("666666666666",), stacks=("Test/*",), endpoint="https://test.example.com")
PRODUCTION = Target(accounts=("555555555555",), stacks=("Production/*",))

app = cdk.App()
place = cdk.Environment(account="999999999999", region="eu-west-1")

SecurePipeline(
    cdk.Stack(app, "Pipeline", env=place),
    "Shop",
    name="shop",
    source=Source(
        connection="arn:aws:codeconnections:eu-west-1:999999999999:connection/12345678-1234-1234-1234-123456789012",
        repository=REPOSITORY,
    ),
    test=TEST,
    production=PRODUCTION,
    addresses=["shop@example.com"],
    organization_id=ORGANIZATION,
    gate=Gate(threshold="high"),
    comment=ChangeComment(
        provider="github",
        secret="arn:aws:secretsmanager:eu-west-1:999999999999:secret:shop/comments-AbCdEf",  # noqa: S106 - names it
    ),
)

platform = cdk.Stack(app, "Platform", env=place)
roles = OidcDelivery(
    platform,
    "Shop",
    name="shop",
    provider=OidcProvider(platform, "GitHub", host=GITHUB),
    release=Subject.github(REPOSITORY, branch="main"),
    environments={
        "test": (Subject.github(REPOSITORY, environment="test"), TEST),
        "production": (Subject.github(REPOSITORY, environment="production"), PRODUCTION),
    },
    organization_id=ORGANIZATION,
)
for name, value in {
    "ReleaseRole": roles.release_role.role_arn,
    "TestRole": roles.deploy_roles["test"].role.role_arn,
    "ProductionRole": roles.deploy_roles["production"].role.role_arn,
    "SigningKey": roles.signing_key.key.key_arn,
    "FindingsBucket": roles.store.findings.bucket_name,
}.items():
    cdk.CfnOutput(platform, name, value=value)

app.synth()
