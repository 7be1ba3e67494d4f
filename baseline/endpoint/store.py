"""PackageStore: the bucket that Systems Manager of every account reads the agent's package from."""

from __future__ import annotations

from constructs import Construct

from baseline.config import Names
from baseline.controls.registry import implements
from baseline.endpoint.agent import PREFIX, package_prefix
from baseline.endpoint.package import Package
from baseline.primitives.organization_files import OrganizationFiles


class PackageStore(OrganizationFiles):
    """A bucket with the files of the package, written by the deployment only.

    The organization reads; machines compare each file with the hash in the manifest. Versions of
    before stay.

    Args:
        scope: parent construct, in a stack of the security account and home Region.
        id: construct ID.
        names: names of the baseline.
        package: what is installed.

    Source: AWS Systems Manager User Guide, "Create a package in Distributor".
    """

    def __init__(self, scope: Construct, id: str, *, names: Names, package: Package) -> None:
        super().__init__(
            scope,
            id,
            names=names,
            bucket_name=names.endpoint_bucket,
            description="Package of the endpoint agent",
            copies="Copies the endpoint agent's package to the bucket of the organization",
            resource_type="Custom::EndpointPackage",
            readable=PREFIX,
            folder=package_prefix(package),
            files=package.files,
        )
        implements(self, capability="endpoint-package", controls=[])
