"""PackageStore: the bucket that Systems Manager of every account reads the agent's package from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.endpoint.agent import PREFIX, package_prefix
from baseline.endpoint.package import Package
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey

HANDLER = Path(__file__).parent / "handlers" / "package_files"
TIMEOUT_SECONDS = 300


class PackageStore(Construct):
    """A bucket with the files of the package, written by the deployment only.

    The deployment uploads the files to the bootstrap's bucket, which other accounts cannot read; a
    custom resource copies them here and compares the hash of each with that of the manifest. The
    organization reads; nobody but the function writes. Versions of before stay.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the baseline.
        package: what is installed.

    Attributes:
        store: the :class:`SecureBucket`.
        key: its :class:`SecureKey`.
        resource: the custom resource; what reads the files comes after it.

    Source: AWS Systems Manager User Guide, "Create a package in Distributor".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, package: Package) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description="Package of the endpoint agent")
        access_logs = SecureBucket(self, "AccessLogs", access_log_target=True)
        self.store = SecureBucket(
            self,
            "Store",
            key=self.key.key,
            bucket_name=names.endpoint_bucket,
            access_logs=access_logs.bucket,
        )
        uploads = self._upload(package)
        function = self._function(package_prefix(package), uploads)
        self._let_organization_read(names)
        self._let_only_write(function.role)
        self.resource = cdk.CustomResource(
            self,
            "Files",
            resource_type="Custom::EndpointPackage",
            service_token=function.function.function_arn,
            service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
            properties={
                "Bucket": self.store.bucket.bucket_name,
                "Files": [
                    {
                        "SourceBucket": asset.s3_bucket_name,
                        "SourceKey": asset.s3_object_key,
                        "Key": f"{package_prefix(package)}/{name}",
                        "Sha256": digest,
                    }
                    for (name, digest), asset in uploads.items()
                ],
            },
        )
        if self.store.bucket.policy is not None:
            self.resource.node.add_dependency(self.store.bucket.policy)
        implements(self, capability="endpoint-package", controls=[])

    def _upload(self, package: Package) -> dict[tuple[str, str], assets.Asset]:
        """Upload the files under the hash of their content; the CDK copies them at once."""
        with tempfile.TemporaryDirectory() as folder:
            uploads = {}
            for name, digest in sorted(package.hashes().items()):
                path = Path(folder, name)
                path.write_bytes(package.files[name])
                uploads[name, digest] = assets.Asset(self, f"File{digest[:12]}", path=str(path))
            return uploads

    def _function(
        self, folder: str, uploads: Mapping[tuple[str, str], assets.Asset]
    ) -> HandlerFunction:
        return HandlerFunction(
            self,
            "Handler",
            handler=HANDLER,
            description="Copies the endpoint agent's package to the bucket of the organization",
            timeout_seconds=TIMEOUT_SECONDS,
            statements=[
                iam.PolicyStatement(
                    sid="ReadUploads",
                    actions=["s3:GetObject"],
                    resources=[
                        f"arn:{cdk.Aws.PARTITION}:s3:::{asset.s3_bucket_name}/{asset.s3_object_key}"
                        for asset in uploads.values()
                    ],
                ),
                iam.PolicyStatement(
                    sid="WritePackages",
                    actions=["s3:PutObject"],
                    resources=[
                        self.store.bucket.arn_for_objects(f"{folder}/{name}") for name, _ in uploads
                    ],
                ),
                iam.PolicyStatement(
                    sid="EncryptPackages",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[self.key.key.key_arn],
                ),
            ],
        )

    def _let_organization_read(self, names: Names) -> None:
        organization = {"aws:PrincipalOrgID": names.organization_id}
        self.store.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OrganizationReads",
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[self.store.bucket.arn_for_objects(f"{PREFIX}/*")],
                conditions={"StringEquals": organization},
            )
        )
        self.store.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OrganizationLists",
                principals=[iam.AnyPrincipal()],
                actions=["s3:ListBucket"],
                resources=[self.store.bucket.bucket_arn],
                conditions={"StringEquals": organization},
            )
        )
        self.key.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OrganizationDecrypts",
                principals=[iam.AnyPrincipal()],
                actions=["kms:Decrypt"],
                resources=["*"],
                conditions={
                    "StringEquals": {
                        **organization,
                        "kms:ViaService": f"s3.{names.home_region}.amazonaws.com",
                    }
                },
            )
        )

    def _let_only_write(self, role: iam.IRole) -> None:
        self.store.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyDeploymentWrites",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["s3:DeleteObject*", "s3:PutObject*", "s3:ReplicateObject"],
                resources=[self.store.bucket.arn_for_objects("*")],
                conditions={"ArnNotEquals": {"aws:PrincipalArn": role.role_arn}},
            )
        )
