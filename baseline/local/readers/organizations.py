"""Organizational units, accounts, organization policies and StackSets."""

from collections.abc import Iterable, Iterator
from typing import Any

from baseline.local.readers.table import Check, Place, Properties, reader
from baseline.local.readers.values import ABSENT, by_key, policy


@reader(
    "AWS::Organizations::OrganizationalUnit",
    capability="Organizational units",
    covers="Name ParentId",
)
def organizational_unit(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read an OU's name and parent."""
    organizations = place("organizations")
    unit = organizations.describe_organizational_unit(OrganizationalUnitId=physical_id)
    found = unit["OrganizationalUnit"]
    yield Check(setting="Name", expected=expected["Name"], found=found["Name"])
    yield Check(
        setting=f"ParentId of {expected['Name']}",
        expected=expected["ParentId"],
        found=_parent(organizations, physical_id),
    )


@reader(
    "AWS::Organizations::Account",
    capability="Accounts",
    covers="AccountName Email ParentIds RoleName",
)
def account(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read an account's name, address, state and OU."""
    organizations = place("organizations")
    found = organizations.describe_account(AccountId=physical_id)["Account"]
    yield Check(setting="AccountName", expected=expected["AccountName"], found=found["Name"])
    yield Check(setting="Email", expected=expected["Email"], found=found["Email"])
    yield Check(setting="status", expected="ACTIVE", found=found["Status"])
    if "ParentIds" in expected:
        yield Check(
            setting=f"ParentIds of {physical_id}",
            expected=expected["ParentIds"],
            found=[_parent(organizations, physical_id)],
        )


@reader(
    "AWS::Organizations::Policy",
    capability="Guardrails",
    covers="Name Type Content TargetIds Description Tags",
)
def organization_policy(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a policy's content and every target it is attached to."""
    organizations = place("organizations")
    found = organizations.describe_policy(PolicyId=physical_id)["Policy"]
    summary = found["PolicySummary"]
    for name in ("Name", "Type", "Description"):
        if name in expected:
            yield Check(setting=name, expected=expected[name], found=summary.get(name, ABSENT))
    yield Check(
        setting=f"Content of {expected['Name']}",
        expected=policy(expected["Content"]),
        found=policy(found["Content"]),
    )
    pages = organizations.get_paginator("list_targets_for_policy").paginate(PolicyId=physical_id)
    targets = [target["TargetId"] for page in pages for target in page["Targets"]]
    yield Check(
        setting=f"TargetIds of {expected['Name']}",
        expected=expected.get("TargetIds", []),
        found=targets,
    )
    if "Tags" in expected:
        tags = organizations.list_tags_for_resource(ResourceId=physical_id)["Tags"]
        yield Check(
            setting=f"Tags of {expected['Name']}",
            expected=by_key(expected["Tags"], "Key", "Value"),
            found=by_key(tags, "Key", "Value"),
        )


@reader("AWS::Organizations::ResourcePolicy", capability="Delegation of policies", covers="Content")
def resource_policy(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read what the organization delegates."""
    found = place("organizations").describe_resource_policy()["ResourcePolicy"]
    yield Check(
        setting="Content", expected=policy(expected["Content"]), found=policy(found["Content"])
    )


def _parent(organizations: Any, child: str) -> str:  # noqa: ANN401 boto3 client
    parents = organizations.list_parents(ChildId=child)["Parents"]
    return str(parents[0]["Id"]) if parents else ABSENT


@reader(
    "AWS::CloudFormation::StackSet",
    capability="Member StackSets",
    covers="StackSetName TemplateBody PermissionModel AutoDeployment StackInstancesGroup Parameters"
    " ManagedExecution Capabilities CallAs OperationPreferences",
)
def stack_set(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read a StackSet's settings, and whether every targeted account and Region has its instance."""
    cloudformation = place("cloudformation")
    name = expected.get("StackSetName", physical_id)
    found = cloudformation.describe_stack_set(StackSetName=name)["StackSet"]
    if "TemplateBody" in expected:
        yield Check(
            setting="TemplateBody",
            expected=policy(expected["TemplateBody"]),
            found=policy(found["TemplateBody"]),
        )
    for member in ("PermissionModel", "AutoDeployment", "ManagedExecution", "Capabilities"):
        if member in expected:
            yield Check(setting=member, expected=expected[member], found=found.get(member, ABSENT))
    if "Parameters" in expected:
        yield Check(
            setting="Parameters",
            expected=by_key(expected["Parameters"], "ParameterKey", "ParameterValue"),
            found=by_key(found.get("Parameters"), "ParameterKey", "ParameterValue"),
        )
    yield from _stack_set_operation(cloudformation, name, expected)
    pages = cloudformation.get_paginator("list_stack_instances").paginate(StackSetName=name)
    instances = {
        f"{each['Account']} {each['Region']}": each["Status"]
        for page in pages
        for each in page["Summaries"]
    }
    wanted = dict.fromkeys(_targets(place, expected), "CURRENT")
    yield Check(setting=f"instances of {name}", expected=wanted, found=instances)


def _stack_set_operation(cloudformation: Any, name: str, expected: Properties) -> Iterator[Check]:  # noqa: ANN401 boto3 client
    """Read how the newest operation went about it, and in whose name."""
    caller = {"CallAs": expected["CallAs"]} if "CallAs" in expected else {}
    operations = cloudformation.list_stack_set_operations(StackSetName=name, **caller)
    if caller:
        found = expected["CallAs"] if operations["Summaries"] else ABSENT
        yield Check(setting="CallAs", expected=expected["CallAs"], found=found)
    if "OperationPreferences" in expected:
        newest = operations["Summaries"][0]["OperationId"]
        answer = cloudformation.describe_stack_set_operation(StackSetName=name, OperationId=newest)
        yield Check(
            setting="OperationPreferences",
            expected=expected["OperationPreferences"],
            found=answer["StackSetOperation"].get("OperationPreferences", ABSENT),
        )


def _targets(place: Place, expected: Properties) -> Iterable[str]:
    """Give account and Region of each instance that the template asks for."""
    organizations = place("organizations")
    management = organizations.describe_organization()["Organization"]["MasterAccountId"]
    for group in expected.get("StackInstancesGroup", ()):
        for target in group["DeploymentTargets"].get("OrganizationalUnitIds", ()):
            for member in _accounts_under(organizations, target):
                if member != management:
                    yield from (f"{member} {region}" for region in group["Regions"])


def _accounts_under(organizations: Any, parent: str) -> Iterable[str]:  # noqa: ANN401 boto3 client
    pages = organizations.get_paginator("list_accounts_for_parent").paginate(ParentId=parent)
    for page in pages:
        yield from (each["Id"] for each in page["Accounts"] if each["Status"] == "ACTIVE")
    units = organizations.get_paginator("list_organizational_units_for_parent")
    for page in units.paginate(ParentId=parent):
        for unit in page["OrganizationalUnits"]:
            yield from _accounts_under(organizations, unit["Id"])
