"""IAM users, groups and OpenID Connect providers: who there is besides roles."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, attempt, policy

_CAPABILITY = "Users and providers"


@reader(
    "AWS::IAM::User",
    capability=_CAPABILITY,
    covers="UserName Path Groups ManagedPolicyArns PermissionsBoundary Policies LoginProfile",
)
def user(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a user's groups, policies and boundary, and that it has no keys of the baseline's making."""
    iam = place("iam")
    found = attempt(iam.get_user, "NoSuchEntity", UserName=physical_id)
    if found == ABSENT:
        yield Check(setting="user", expected=physical_id, found=ABSENT)
        return
    groups = iam.list_groups_for_user(UserName=physical_id)["Groups"]
    yield Check(
        setting="Groups",
        expected=expected.get("Groups", []),
        found=[each["GroupName"] for each in groups],
    )
    attached = iam.list_attached_user_policies(UserName=physical_id)["AttachedPolicies"]
    yield Check(
        setting="ManagedPolicyArns",
        expected=expected.get("ManagedPolicyArns", []),
        found=[each["PolicyArn"] for each in attached],
    )
    yield Check(
        setting="Policies",
        expected=[each["PolicyName"] for each in expected.get("Policies", [])],
        found=iam.list_user_policies(UserName=physical_id)["PolicyNames"],
    )
    if "PermissionsBoundary" in expected:
        boundary = found["User"].get("PermissionsBoundary", {})
        yield Check(
            setting="PermissionsBoundary",
            expected=expected["PermissionsBoundary"],
            found=boundary.get("PermissionsBoundaryArn", ABSENT),
        )
    profile = attempt(iam.get_login_profile, "NoSuchEntity", UserName=physical_id)
    yield Check(
        setting="LoginProfile", expected="LoginProfile" in expected, found=profile != ABSENT
    )
    if "Path" in expected:
        yield Check(setting="Path", expected=expected["Path"], found=found["User"].get("Path"))


@reader(
    "AWS::IAM::Group", capability=_CAPABILITY, covers="GroupName Path ManagedPolicyArns Policies"
)
def group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read whether a group is there, and its policies."""
    iam = place("iam")
    found = attempt(iam.get_group, "NoSuchEntity", GroupName=physical_id)
    if found == ABSENT:
        yield Check(setting="group", expected=physical_id, found=ABSENT)
        return
    yield Check(setting="GroupName", expected=physical_id, found=found["Group"]["GroupName"])
    if "Path" in expected:
        yield Check(setting="Path", expected=expected["Path"], found=found["Group"].get("Path"))
    attached = iam.list_attached_group_policies(GroupName=physical_id)["AttachedPolicies"]
    arns = {each["PolicyArn"] for each in attached}
    for arn in expected.get("ManagedPolicyArns", ()):
        yield Check(setting=f"policy of {arn}", expected=True, found=arn in arns)
    for inline in expected.get("Policies", ()):
        name = inline["PolicyName"]
        answer = attempt(
            iam.get_group_policy, "NoSuchEntity", GroupName=physical_id, PolicyName=name
        )
        yield Check(
            setting=f"permissions of {name}",
            expected=policy(inline["PolicyDocument"]),
            found=policy(ABSENT if answer == ABSENT else answer["PolicyDocument"]),
        )


@reader("AWS::IAM::OIDCProvider", capability=_CAPABILITY, covers="Url ClientIdList ThumbprintList")
def oidc_provider(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a provider's address and the audiences that it accepts."""
    found = attempt(
        place("iam").get_open_id_connect_provider,
        "NoSuchEntity",
        OpenIDConnectProviderArn=physical_id,
    )
    answer = {} if found == ABSENT else found
    url = str(answer.get("Url", ABSENT)).removeprefix("https://")
    yield Check(setting="Url", expected=expected["Url"].removeprefix("https://"), found=url)
    for name, member in (("ClientIdList", "ClientIDList"), ("ThumbprintList", "ThumbprintList")):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=answer.get(member))
