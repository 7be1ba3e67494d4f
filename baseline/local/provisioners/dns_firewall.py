"""DNS Firewall: domain lists, rule groups with their rules, a VPC's rule group and query log."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from baseline.local.provisioners.registry import Physical, register
from baseline.local.provisioners.resource import Resource

_SERVICE = "route53resolver"


def _once() -> str:
    return uuid.uuid4().hex


def _replace_domains(resource: Resource, identifier: str) -> None:
    resource.call(
        _SERVICE,
        "update_firewall_domains",
        FirewallDomainListId=identifier,
        Operation="REPLACE",
        Domains=resource.get("Domains", []),
    )


def _create_list(resource: Resource) -> Physical:
    answer = resource.call(
        _SERVICE,
        "create_firewall_domain_list",
        CreatorRequestId=_once(),
        Name=resource.name("Name"),
        Tags=resource.tag_list() or None,
    )
    identifier = answer["FirewallDomainList"]["Id"]
    _replace_domains(resource, identifier)
    return _list(answer["FirewallDomainList"]["Arn"], identifier)


def _list(arn: str, identifier: str) -> Physical:
    return Physical(id=identifier, attributes={"Id": identifier, "Arn": arn})


def _update_list(identifier: str, _: Resource, new: Resource) -> Physical:
    _replace_domains(new, identifier)
    arn = f"arn:aws:route53resolver:{new.region}:{new.account}:firewall-domain-list/{identifier}"
    return _list(arn, identifier)


def _delete_list(identifier: str, resource: Resource) -> None:
    resource.call(_SERVICE, "delete_firewall_domain_list", FirewallDomainListId=identifier)


register(
    "AWS::Route53Resolver::FirewallDomainList",
    create=_create_list,
    update=_update_list,
    delete=_delete_list,
    applies=("Domains", "Name", "Tags"),
)


def _add_rules(resource: Resource, group: str) -> None:
    rules: Iterable[Mapping[str, Any]] = resource.get("FirewallRules", [])
    for rule in rules:
        resource.call(
            _SERVICE,
            "create_firewall_rule",
            CreatorRequestId=_once(),
            FirewallRuleGroupId=group,
            Name=f"rule-{rule['Priority']}",
            **rule,
        )


def _drop_rules(resource: Resource, group: str) -> None:
    found = resource.call(_SERVICE, "list_firewall_rules", FirewallRuleGroupId=group)
    for rule in found["FirewallRules"]:
        resource.call(
            _SERVICE,
            "delete_firewall_rule",
            FirewallRuleGroupId=group,
            FirewallDomainListId=rule.get("FirewallDomainListId"),
            FirewallThreatProtectionId=rule.get("FirewallThreatProtectionId"),
        )


def _group(answer: Mapping[str, Any]) -> Physical:
    group = answer["FirewallRuleGroup"]
    return Physical(id=group["Id"], attributes={"Id": group["Id"], "Arn": group["Arn"]})


def _create_group(resource: Resource) -> Physical:
    answer = resource.call(
        _SERVICE,
        "create_firewall_rule_group",
        CreatorRequestId=_once(),
        Name=resource.name("Name"),
        Tags=resource.tag_list() or None,
    )
    made = _group(answer)
    _add_rules(resource, made.id)
    return made


def _update_group(identifier: str, _: Resource, new: Resource) -> Physical:
    _drop_rules(new, identifier)
    _add_rules(new, identifier)
    return _group(new.call(_SERVICE, "get_firewall_rule_group", FirewallRuleGroupId=identifier))


def _delete_group(identifier: str, resource: Resource) -> None:
    _drop_rules(resource, identifier)
    resource.call(_SERVICE, "delete_firewall_rule_group", FirewallRuleGroupId=identifier)


register(
    "AWS::Route53Resolver::FirewallRuleGroup",
    create=_create_group,
    update=_update_group,
    delete=_delete_group,
    applies=("FirewallRules", "Name", "Tags"),
)

_ASSOCIATION = ("MutationProtection", "Priority")


def _create_association(resource: Resource) -> Physical:
    answer = resource.call(
        _SERVICE,
        "associate_firewall_rule_group",
        CreatorRequestId=_once(),
        Name=resource.name("Name"),
        Tags=resource.tag_list() or None,
        **resource.only("FirewallRuleGroupId", "VpcId", *_ASSOCIATION),
    )
    return _association(answer)


def _association(answer: Mapping[str, Any]) -> Physical:
    made = answer["FirewallRuleGroupAssociation"]
    return Physical(id=made["Id"], attributes={"Id": made["Id"], "Arn": made["Arn"]})


def _update_association(identifier: str, _: Resource, new: Resource) -> Physical:
    return _association(
        new.call(
            _SERVICE,
            "update_firewall_rule_group_association",
            FirewallRuleGroupAssociationId=identifier,
            **new.only("Name", *_ASSOCIATION),
        )
    )


def _delete_association(identifier: str, resource: Resource) -> None:
    resource.call(
        _SERVICE, "disassociate_firewall_rule_group", FirewallRuleGroupAssociationId=identifier
    )


register(
    "AWS::Route53Resolver::FirewallRuleGroupAssociation",
    create=_create_association,
    update=_update_association,
    delete=_delete_association,
    applies=("FirewallRuleGroupId", "Name", "Tags", "VpcId", *_ASSOCIATION),
)


def _create_query_log(resource: Resource) -> Physical:
    answer = resource.call(
        _SERVICE,
        "create_resolver_query_log_config",
        CreatorRequestId=_once(),
        Name=resource.name("Name"),
        Tags=resource.tag_list() or None,
        **resource.only("DestinationArn"),
    )
    made = answer["ResolverQueryLogConfig"]
    return Physical(id=made["Id"], attributes={"Id": made["Id"], "Arn": made["Arn"]})


def _delete_query_log(identifier: str, resource: Resource) -> None:
    resource.call(_SERVICE, "delete_resolver_query_log_config", ResolverQueryLogConfigId=identifier)


register(
    "AWS::Route53Resolver::ResolverQueryLoggingConfig",
    create=_create_query_log,
    delete=_delete_query_log,
    applies=("DestinationArn", "Name", "Tags"),
)


def _create_query_log_association(resource: Resource) -> Physical:
    answer = resource.call(
        _SERVICE,
        "associate_resolver_query_log_config",
        **resource.only("ResolverQueryLogConfigId", "ResourceId"),
    )
    identifier = answer["ResolverQueryLogConfigAssociation"]["Id"]
    return Physical(id=identifier, attributes={"Id": identifier})


def _delete_query_log_association(_: str, resource: Resource) -> None:
    resource.call(
        _SERVICE,
        "disassociate_resolver_query_log_config",
        **resource.only("ResolverQueryLogConfigId", "ResourceId"),
    )


register(
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
    create=_create_query_log_association,
    delete=_delete_query_log_association,
    applies=("ResolverQueryLogConfigId", "ResourceId"),
)
