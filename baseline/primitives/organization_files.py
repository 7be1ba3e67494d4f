"""OrganizationFiles: a bucket with files of ours that every account of the organization reads."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from baseline.config.names import Names
from baseline.primitives.handler_function import HandlerFunction
from baseline.primitives.secure_bucket import SecureBucket
from baseline.primitives.secure_key import SecureKey

HANDLER = Path(__file__).parent / "handlers" / "organization_files"
TIMEOUT_SECONDS = 300


class OrganizationFiles(Construct):
    """A bucket with files of the baseline, written by the deployment only.

    The deployment uploads the files to the bootstrap's bucket, which other accounts cannot read; a
    custom resource copies them here and compares the hash of each. The organization reads; nobody
    but the function writes. Versions of before stay.

    Args:
        scope: parent construct, in a stack of a core account and home Region.
        id: construct ID.
        names: names of the baseline.
        bucket_name: physical name, which other accounts name.
        description: what the files are, such as ``Package of the endpoint agent``.
        copies: what the function does, as its description.
        resource_type: type of the custom resource.
        readable: start of the keys that the organization reads.
        folder: folder of the files in it; each version needs one of its own.
        files: content by name.

    Attributes:
        store: the :class:`SecureBucket`.
        key: its :class:`SecureKey`.
        resource: the custom resource; what reads the files comes after it.

    Source: AWS Organizations User Guide, "AWS Organizations and IAM" (aws:PrincipalOrgID).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        bucket_name: str,
        description: str,
        copies: str,
        resource_type: str,
        readable: str,
        folder: str,
        files: Mapping[str, bytes],
    ) -> None:
        super().__init__(scope, id)
        self.key = SecureKey(self, "Key", description=description)
        access_logs = SecureBucket(self, "AccessLogs", access_log_target=True)
        self.store = SecureBucket(
            self,
            "Store",
            key=self.key.key,
            bucket_name=bucket_name,
            access_logs=access_logs.bucket,
        )
        uploads = self._upload(files)
        function = self._function(copies, folder, uploads)
        self._let_organization_read(names, readable)
        self._let_only_write(function.role)
        self.resource = cdk.CustomResource(
            self,
            "Files",
            resource_type=resource_type,
            service_token=function.function.function_arn,
            service_timeout=cdk.Duration.seconds(2 * TIMEOUT_SECONDS),
            properties={
                "Bucket": self.store.bucket.bucket_name,
                "Files": [
                    {
                        "SourceBucket": asset.s3_bucket_name,
                        "SourceKey": asset.s3_object_key,
                        "Key": f"{folder}/{name}",
                        "Sha256": digest,
                    }
                    for (name, digest), asset in uploads.items()
                ],
            },
        )
        if self.store.bucket.policy is not None:
            self.resource.node.add_dependency(self.store.bucket.policy)

    def _upload(self, files: Mapping[str, bytes]) -> dict[tuple[str, str], assets.Asset]:
        """Upload the files under the hash of their content; the CDK copies them at once."""
        with tempfile.TemporaryDirectory() as folder:
            uploads = {}
            for name, content in sorted(files.items()):
                digest = hashlib.sha256(content).hexdigest()
                path = Path(folder, name)
                path.write_bytes(content)
                uploads[name, digest] = assets.Asset(self, f"File{digest[:12]}", path=str(path))
            return uploads

    def _function(
        self, copies: str, folder: str, uploads: Mapping[tuple[str, str], assets.Asset]
    ) -> HandlerFunction:
        return HandlerFunction(
            self,
            "Handler",
            handler=HANDLER,
            description=copies,
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

    def _let_organization_read(self, names: Names, readable: str) -> None:
        organization = {"aws:PrincipalOrgID": names.organization_id}
        self.store.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OrganizationReads",
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[self.store.bucket.arn_for_objects(f"{readable}/*")],
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
