"""Container repositories: the bootstrap stack has one in each account."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, policy


@reader(
    "AWS::ECR::Repository",
    capability="Asset repository",
    covers="RepositoryName ImageTagMutability ImageScanningConfiguration RepositoryPolicyText LifecyclePolicy",
)
def repository(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a repository's tag mutability, scanning, policy and lifecycle."""
    ecr = place("ecr")
    found = ecr.describe_repositories(repositoryNames=[physical_id])["repositories"][0]
    names = {"RepositoryName": "repositoryName", "ImageTagMutability": "imageTagMutability"}
    yield from compare(expected, found, names)
    if "ImageScanningConfiguration" in expected:
        wanted = expected["ImageScanningConfiguration"].get("ScanOnPush", False)
        scanning = found.get("imageScanningConfiguration", {}).get("scanOnPush", False)
        yield Check(setting="ScanOnPush", expected=wanted, found=scanning)
    documents = {
        "RepositoryPolicyText": (ecr.get_repository_policy, "policyText", None),
        "LifecyclePolicy": (ecr.get_lifecycle_policy, "lifecyclePolicyText", "LifecyclePolicyText"),
    }
    for name, (read, member, inner) in documents.items():
        if name in expected:
            wanted = expected[name] if inner is None else expected[name].get(inner)
            absent = ("RepositoryPolicyNotFoundException", "LifecyclePolicyNotFoundException")
            answer = attempt(read, *absent, repositoryName=physical_id)
            text = ABSENT if answer == ABSENT else answer[member]
            yield Check(setting=name, expected=policy(wanted), found=policy(text))
