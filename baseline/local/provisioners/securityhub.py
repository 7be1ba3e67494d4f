"""Security Hub CSPM: hub, aggregation, central configuration, delegated administrator."""

from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource


def _hub(resource: Resource) -> Physical:
    described = resource.call("securityhub", "describe_hub")
    attributes = {"ARN": described["HubArn"], "SubscribedAt": str(described["SubscribedAt"])}
    return Physical(id=described["HubArn"], attributes=attributes)


def _create_hub(resource: Resource) -> Physical:
    resource.call(
        "securityhub",
        "enable_security_hub",
        Tags=resource.tags(),
        **resource.only("EnableDefaultStandards", "ControlFindingGenerator"),
    )
    return _hub(resource)


def _update_hub(_: str, __: Resource, new: Resource) -> Physical:
    resource_members = new.only("EnableDefaultStandards", "ControlFindingGenerator")
    new.call("securityhub", "disable_security_hub")
    new.call("securityhub", "enable_security_hub", Tags=new.tags(), **resource_members)
    return _hub(new)


def _delete_hub(_: str, resource: Resource) -> None:
    resource.call("securityhub", "disable_security_hub")


register(
    "AWS::SecurityHub::Hub",
    create=_create_hub,
    update=_update_hub,
    delete=_delete_hub,
    applies=("ControlFindingGenerator", "EnableDefaultStandards", "Tags"),
    declared=("AutoEnableControls",),
    reason="moto has no UpdateSecurityHubConfiguration",
)


def _create_standard(resource: Resource) -> Physical:
    wanted = [resource.only("StandardsArn")]
    answer = resource.call(
        "securityhub", "batch_enable_standards", StandardsSubscriptionRequests=wanted
    )
    arn = answer["StandardsSubscriptions"][0]["StandardsSubscriptionArn"]
    return Physical(id=arn, attributes={"StandardsSubscriptionArn": arn})


def _keep_standard(arn: str, _: Resource, __: Resource) -> Physical:
    return Physical(id=arn, attributes={"StandardsSubscriptionArn": arn})


def _delete_standard(arn: str, resource: Resource) -> None:
    resource.call("securityhub", "batch_disable_standards", StandardsSubscriptionArns=[arn])


register(
    "AWS::SecurityHub::Standard",
    create=_create_standard,
    update=_keep_standard,
    delete=_delete_standard,
    applies=("StandardsArn",),
    declared=("DisabledStandardsControls",),
    reason="no control is evaluated",
)


def _create_aggregator(resource: Resource) -> Physical:
    answer = resource.call(
        "securityhub",
        "create_finding_aggregator",
        **resource.only("RegionLinkingMode", "Regions"),
    )
    return _aggregator(answer)


def _aggregator(answer: dict[str, Any]) -> Physical:
    names = ("FindingAggregatorArn", "FindingAggregationRegion")
    return Physical(
        id=answer["FindingAggregatorArn"], attributes={name: answer[name] for name in names}
    )


def _update_aggregator(arn: str, _: Resource, new: Resource) -> Physical:
    members = new.only("RegionLinkingMode", "Regions")
    return _aggregator(
        new.call("securityhub", "update_finding_aggregator", FindingAggregatorArn=arn, **members)
    )


def _delete_aggregator(arn: str, resource: Resource) -> None:
    resource.call("securityhub", "delete_finding_aggregator", FindingAggregatorArn=arn)


register(
    "AWS::SecurityHub::FindingAggregator",
    create=_create_aggregator,
    update=_update_aggregator,
    delete=_delete_aggregator,
    applies=("RegionLinkingMode", "Regions"),
)


def _put_organization(resource: Resource) -> Physical:
    kind = resource.get("ConfigurationType")
    resource.call(
        "securityhub",
        "update_organization_configuration",
        OrganizationConfiguration={"ConfigurationType": kind} if kind else None,
        **resource.only("AutoEnable", "AutoEnableStandards"),
    )
    return Physical(
        id=f"{resource.account}/{resource.region}/securityhub-organization-configuration",
        attributes={
            "OrganizationConfigurationIdentifier": resource.account,
            "Status": "ENABLED",
            "StatusMessage": "",
            "MemberAccountLimitReached": "false",
        },
    )


def _update_organization(_: str, __: Resource, new: Resource) -> Physical:
    return _put_organization(new)


def _delete_organization(_: str, resource: Resource) -> None:
    resource.call(
        "securityhub",
        "update_organization_configuration",
        AutoEnable=False,
        OrganizationConfiguration={"ConfigurationType": "LOCAL"},
    )


register(
    "AWS::SecurityHub::OrganizationConfiguration",
    create=_put_organization,
    update=_update_organization,
    delete=_delete_organization,
    applies=("AutoEnable", "AutoEnableStandards", "ConfigurationType"),
)


def _create_policy(resource: Resource) -> Physical:
    answer = resource.call(
        "securityhub",
        "create_configuration_policy",
        Tags=resource.tags() or None,
        **resource.only("Name", "Description", "ConfigurationPolicy"),
    )
    return _policy(answer)


def _policy(answer: dict[str, Any]) -> Physical:
    enabled = answer["ConfigurationPolicy"]["SecurityHub"].get("ServiceEnabled", False)
    return Physical(
        id=answer["Arn"],
        attributes={
            "Arn": answer["Arn"],
            "Id": answer["Id"],
            "CreatedAt": str(answer["CreatedAt"]),
            "UpdatedAt": str(answer["UpdatedAt"]),
            "ServiceEnabled": str(enabled).lower(),
        },
    )


def _update_policy(arn: str, _: Resource, new: Resource) -> Physical:
    members = new.only("Name", "Description", "ConfigurationPolicy")
    return _policy(
        new.call("securityhub", "update_configuration_policy", Identifier=arn, **members)
    )


def _delete_policy(arn: str, resource: Resource) -> None:
    resource.call("securityhub", "delete_configuration_policy", Identifier=arn)


register(
    "AWS::SecurityHub::ConfigurationPolicy",
    create=_create_policy,
    update=_update_policy,
    delete=_delete_policy,
    applies=("ConfigurationPolicy", "Description", "Name", "Tags"),
)

_TARGET_MEMBERS = {
    "ACCOUNT": "AccountId",
    "ORGANIZATIONAL_UNIT": "OrganizationalUnitId",
    "ROOT": "RootId",
}


def _target(resource: Resource) -> dict[str, str]:
    member = _TARGET_MEMBERS[resource.properties["TargetType"]]
    return {member: resource.properties["TargetId"]}


def _associate(resource: Resource) -> Physical:
    answer = resource.call(
        "securityhub",
        "start_configuration_policy_association",
        ConfigurationPolicyIdentifier=resource.properties["ConfigurationPolicyId"],
        Target=_target(resource),
    )
    identifier = f"{answer['TargetId']}/{resource.account}"
    names = ("AssociationStatus", "AssociationStatusMessage", "AssociationType")
    attributes = {name: answer[name] for name in names}
    attributes |= {"AssociationIdentifier": identifier, "UpdatedAt": str(answer["UpdatedAt"])}
    return Physical(id=identifier, attributes=attributes)


def _update_association(_: str, __: Resource, new: Resource) -> Physical:
    return _associate(new)


def _disassociate(_: str, resource: Resource) -> None:
    resource.call(
        "securityhub",
        "start_configuration_policy_disassociation",
        ConfigurationPolicyIdentifier=resource.properties["ConfigurationPolicyId"],
        Target=_target(resource),
    )


register(
    "AWS::SecurityHub::PolicyAssociation",
    create=_associate,
    update=_update_association,
    delete=_disassociate,
    applies=("ConfigurationPolicyId", "TargetId", "TargetType"),
)


def _create_administrator(resource: Resource) -> Physical:
    account = resource.properties["AdminAccountId"]
    resource.call("securityhub", "enable_organization_admin_account", AdminAccountId=account)
    identifier = f"{account}/{resource.region}"
    attributes = {"DelegatedAdminIdentifier": identifier, "Status": "ENABLED"}
    return Physical(id=identifier, attributes=attributes)


def _delete_administrator(_: str, resource: Resource) -> None:
    account = resource.properties["AdminAccountId"]
    resource.call("securityhub", "disable_organization_admin_account", AdminAccountId=account)


register(
    "AWS::SecurityHub::DelegatedAdmin",
    create=_create_administrator,
    delete=_delete_administrator,
    applies=("AdminAccountId",),
)
