"""Route 53 Resolver: DNS Firewall with AWS's managed lists, and query logs. No query is answered."""

import hashlib
import uuid
from typing import Any

from baseline.local.backends import state
from baseline.local.backends.registry import answers
from baseline.local.requests import ApiRequest
from baseline.local.wire import ServiceError

_SERVICE = "route53resolver"
_OWNER = "Route 53 Resolver DNS Firewall"
_MANAGED = (
    "AWSManagedDomainsAggregateThreatList",
    "AWSManagedDomainsAmazonGuardDutyThreatList",
    "AWSManagedDomainsBotnetCommandandControl",
    "AWSManagedDomainsMalwareDomainList",
)
_RULE = (
    *("FirewallRuleGroupId", "FirewallDomainListId", "Name", "Priority", "Action"),
    *("BlockResponse", "BlockOverrideDomain", "BlockOverrideDnsType", "BlockOverrideTtl"),
    *("FirewallDomainRedirectionAction", "Qtype", "DnsThreatProtection", "ConfidenceThreshold"),
)


def _saved(request: ApiRequest, kind: str) -> dict[str, Any]:
    return state.regional(f"resolver {kind}", request.account, request.region)


def _one(request: ApiRequest, kind: str, key: str) -> dict[str, Any]:
    identifier = request.parameters[key]
    found = _saved(request, kind).get(identifier)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"there is no {kind} {identifier}")
    return dict(found)


def _new(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:17]}"


def _arn(request: ApiRequest, kind: str, identifier: str) -> str:
    return f"arn:aws:{_SERVICE}:{request.region}:{request.account}:{kind}/{identifier}"


def _managed(request: ApiRequest) -> list[dict[str, Any]]:
    """Give AWS's own lists; their IDs differ from Region to Region, as AWS's do."""
    lists = []
    for name in _MANAGED:
        seed = hashlib.sha256(f"{request.region}/{name}".encode()).hexdigest()[:16]
        identifier = f"rslvr-fdl-{seed}"
        lists.append(
            {
                "Id": identifier,
                "Arn": _arn(request, "firewall-domain-list", identifier),
                "Name": name,
                "CreatorRequestId": name,
                "ManagedOwnerName": _OWNER,
            }
        )
    return lists


@answers(_SERVICE, "ListFirewallDomainLists")
def list_domain_lists(request: ApiRequest) -> dict[str, Any]:
    """List AWS's lists and the account's own."""
    own = [
        {name: each[name] for name in ("Id", "Arn", "Name", "CreatorRequestId")}
        for each in _saved(request, "domain list").values()
    ]
    return {"FirewallDomainLists": [*_managed(request), *own]}


@answers(_SERVICE, "CreateFirewallDomainList")
def create_domain_list(request: ApiRequest) -> dict[str, Any]:
    """Create an empty list."""
    identifier = _new("rslvr-fdl")
    created = {
        "Id": identifier,
        "Arn": _arn(request, "firewall-domain-list", identifier),
        "Name": request.parameters["Name"],
        "CreatorRequestId": request.parameters["CreatorRequestId"],
        "DomainCount": 0,
        "Status": "COMPLETE",
    }
    _saved(request, "domain list")[identifier] = created
    return {"FirewallDomainList": created}


@answers(_SERVICE, "UpdateFirewallDomains")
def update_domains(request: ApiRequest) -> dict[str, Any]:
    """Replace, add or remove the domains of a list."""
    found = _one(request, "domain list", "FirewallDomainListId")
    domains = _saved(request, "domains")
    given = set(request.parameters["Domains"])
    now = {
        "REPLACE": given,
        "ADD": domains.get(found["Id"], set()) | given,
        "REMOVE": domains.get(found["Id"], set()) - given,
    }[request.parameters["Operation"]]
    domains[found["Id"]] = now
    _saved(request, "domain list")[found["Id"]]["DomainCount"] = len(now)
    return {"Id": found["Id"], "Name": found["Name"], "Status": "COMPLETE"}


@answers(_SERVICE, "ListFirewallDomains")
def list_domains(request: ApiRequest) -> dict[str, Any]:
    """List the domains of one of the account's own lists."""
    found = _one(request, "domain list", "FirewallDomainListId")
    return {"Domains": sorted(_saved(request, "domains").get(found["Id"], set()))}


@answers(_SERVICE, "DeleteFirewallDomainList")
def delete_domain_list(request: ApiRequest) -> dict[str, Any]:
    """Delete a list that no rule uses."""
    found = _one(request, "domain list", "FirewallDomainListId")
    for rules in _saved(request, "rules").values():
        if any(rule.get("FirewallDomainListId") == found["Id"] for rule in rules):
            raise ServiceError("ConflictException", f"a rule uses the list {found['Id']}")
    return {"FirewallDomainList": _saved(request, "domain list").pop(found["Id"])}


@answers(_SERVICE, "CreateFirewallRuleGroup")
def create_rule_group(request: ApiRequest) -> dict[str, Any]:
    """Create a rule group without rules."""
    identifier = _new("rslvr-frg")
    created = {
        "Id": identifier,
        "Arn": _arn(request, "firewall-rule-group", identifier),
        "Name": request.parameters["Name"],
        "CreatorRequestId": request.parameters["CreatorRequestId"],
        "RuleCount": 0,
        "Status": "COMPLETE",
        "OwnerId": request.account,
        "ShareStatus": "NOT_SHARED",
    }
    _saved(request, "rule group")[identifier] = created
    _saved(request, "rules")[identifier] = []
    return {"FirewallRuleGroup": created}


@answers(_SERVICE, "GetFirewallRuleGroup")
def get_rule_group(request: ApiRequest) -> dict[str, Any]:
    """Describe a rule group."""
    found = _one(request, "rule group", "FirewallRuleGroupId")
    return {"FirewallRuleGroup": {**found, "RuleCount": len(_rules(request))}}


@answers(_SERVICE, "DeleteFirewallRuleGroup")
def delete_rule_group(request: ApiRequest) -> dict[str, Any]:
    """Delete a rule group without rules that no VPC has."""
    found = _one(request, "rule group", "FirewallRuleGroupId")
    associations = _saved(request, "rule group association").values()
    if _rules(request) or any(each["FirewallRuleGroupId"] == found["Id"] for each in associations):
        raise ServiceError("ConflictException", f"the rule group {found['Id']} is in use")
    _saved(request, "rules").pop(found["Id"])
    return {"FirewallRuleGroup": _saved(request, "rule group").pop(found["Id"])}


def _rules(request: ApiRequest) -> list[dict[str, Any]]:
    group = _one(request, "rule group", "FirewallRuleGroupId")
    rules: list[dict[str, Any]] = _saved(request, "rules")[group["Id"]]
    return rules


def _known_list(request: ApiRequest, identifier: str) -> bool:
    managed = {each["Id"] for each in _managed(request)}
    return identifier in managed or identifier in _saved(request, "domain list")


@answers(_SERVICE, "CreateFirewallRule")
def create_rule(request: ApiRequest) -> dict[str, Any]:
    """Add a rule that uses a list or a threat that DNS Firewall knows."""
    given = request.parameters
    rules = _rules(request)
    wanted = given.get("FirewallDomainListId")
    if wanted is not None and not _known_list(request, wanted):
        raise ServiceError("ResourceNotFoundException", f"there is no domain list {wanted}")
    if (wanted is None) == (given.get("DnsThreatProtection") is None):
        raise ServiceError("ValidationException", "a rule names a domain list or a threat")
    if any(rule["Priority"] == given["Priority"] for rule in rules):
        raise ServiceError("ConflictException", f"priority {given['Priority']} is taken")
    if given["Action"] == "BLOCK" and not given.get("BlockResponse"):
        raise ServiceError("ValidationException", "BlockResponse is required for BLOCK")
    rule = {name: given[name] for name in _RULE if given.get(name) is not None}
    if wanted is None:
        rule["FirewallThreatProtectionId"] = _new("rslvr-ftp")
    rules.append(rule)
    return {"FirewallRule": rule}


@answers(_SERVICE, "DeleteFirewallRule")
def delete_rule(request: ApiRequest) -> dict[str, Any]:
    """Delete the rule of a list or a threat."""
    rules = _rules(request)
    keys = ("FirewallDomainListId", "FirewallThreatProtectionId")
    for rule in rules:
        if any(request.parameters.get(key) == rule.get(key) is not None for key in keys):
            rules.remove(rule)
            return {"FirewallRule": rule}
    raise ServiceError("ResourceNotFoundException", "the rule group has no such rule")


@answers(_SERVICE, "ListFirewallRules")
def list_rules(request: ApiRequest) -> dict[str, Any]:
    """List the rules of a group."""
    return {"FirewallRules": sorted(_rules(request), key=lambda rule: int(rule["Priority"]))}


@answers(_SERVICE, "AssociateFirewallRuleGroup")
def associate_rule_group(request: ApiRequest) -> dict[str, Any]:
    """Give a VPC a rule group."""
    given = request.parameters
    _one(request, "rule group", "FirewallRuleGroupId")
    associations = _saved(request, "rule group association")
    if any(
        each["VpcId"] == given["VpcId"] and each["Priority"] == given["Priority"]
        for each in associations.values()
    ):
        raise ServiceError("ConflictException", f"priority {given['Priority']} is taken")
    identifier = _new("rslvr-frgassoc")
    associations[identifier] = {
        "Id": identifier,
        "Arn": _arn(request, "firewall-rule-group-association", identifier),
        "MutationProtection": "DISABLED",
        "Status": "COMPLETE",
        **{
            name: given[name]
            for name in (
                *("FirewallRuleGroupId", "VpcId", "Name", "Priority", "MutationProtection"),
                "CreatorRequestId",
            )
            if given.get(name) is not None
        },
    }
    return {"FirewallRuleGroupAssociation": associations[identifier]}


@answers(_SERVICE, "GetFirewallRuleGroupAssociation")
def get_association(request: ApiRequest) -> dict[str, Any]:
    """Describe a VPC's rule group."""
    key = "FirewallRuleGroupAssociationId"
    return {"FirewallRuleGroupAssociation": _one(request, "rule group association", key)}


@answers(_SERVICE, "UpdateFirewallRuleGroupAssociation")
def update_association(request: ApiRequest) -> dict[str, Any]:
    """Change priority, name or protection of a VPC's rule group."""
    key = "FirewallRuleGroupAssociationId"
    found = _one(request, "rule group association", key)
    given = {
        name: request.parameters[name]
        for name in ("Priority", "Name", "MutationProtection")
        if request.parameters.get(name) is not None
    }
    changed = {**found, **given}
    _saved(request, "rule group association")[found["Id"]] = changed
    return {"FirewallRuleGroupAssociation": changed}


@answers(_SERVICE, "DisassociateFirewallRuleGroup")
def disassociate_rule_group(request: ApiRequest) -> dict[str, Any]:
    """Take a rule group from a VPC, unless it is protected."""
    found = _one(request, "rule group association", "FirewallRuleGroupAssociationId")
    if found["MutationProtection"] == "ENABLED":
        raise ServiceError(
            "ValidationException",
            f"mutation protection of {found['Id']} is on; switch it off first",
        )
    _saved(request, "rule group association").pop(found["Id"])
    return {"FirewallRuleGroupAssociation": found}


@answers(_SERVICE, "GetFirewallConfig")
def get_config(request: ApiRequest) -> dict[str, Any]:
    """Give what the DNS Firewall of a VPC does when it fails: closed, unless told otherwise."""
    vpc = str(request.parameters["ResourceId"])
    saved = _saved(request, "firewall config")
    if vpc not in saved:
        seed = hashlib.sha256(f"{request.account}/{vpc}".encode()).hexdigest()[:17]
        saved[vpc] = {
            "Id": f"rslvr-fc-{seed}",
            "ResourceId": vpc,
            "OwnerId": request.account,
            "FirewallFailOpen": "DISABLED",
        }
    return {"FirewallConfig": dict(saved[vpc])}


@answers(_SERVICE, "UpdateFirewallConfig")
def update_config(request: ApiRequest) -> dict[str, Any]:
    """Say what the DNS Firewall of a VPC does when it fails."""
    vpc = str(request.parameters["ResourceId"])
    get_config(request)
    config = _saved(request, "firewall config")[vpc]
    config["FirewallFailOpen"] = request.parameters["FirewallFailOpen"]
    return {"FirewallConfig": dict(config)}


@answers(_SERVICE, "CreateResolverQueryLogConfig")
def create_query_log(request: ApiRequest) -> dict[str, Any]:
    """Create a query log."""
    identifier = _new("rqlc")
    created = {
        "Id": identifier,
        "OwnerId": request.account,
        "Status": "CREATED",
        "ShareStatus": "NOT_SHARED",
        "AssociationCount": 0,
        "Arn": _arn(request, "resolver-query-log-config", identifier),
        **{
            name: request.parameters[name]
            for name in ("Name", "DestinationArn", "CreatorRequestId")
        },
    }
    _saved(request, "query log")[identifier] = created
    return {"ResolverQueryLogConfig": created}


@answers(_SERVICE, "GetResolverQueryLogConfig")
def get_query_log(request: ApiRequest) -> dict[str, Any]:
    """Describe a query log."""
    return {"ResolverQueryLogConfig": _one(request, "query log", "ResolverQueryLogConfigId")}


@answers(_SERVICE, "DeleteResolverQueryLogConfig")
def delete_query_log(request: ApiRequest) -> dict[str, Any]:
    """Delete a query log that no VPC uses."""
    found = _one(request, "query log", "ResolverQueryLogConfigId")
    if any(
        each["ResolverQueryLogConfigId"] == found["Id"]
        for each in _saved(request, "query log association").values()
    ):
        raise ServiceError("InvalidRequestException", f"{found['Id']} is associated with a VPC")
    return {"ResolverQueryLogConfig": _saved(request, "query log").pop(found["Id"])}


@answers(_SERVICE, "AssociateResolverQueryLogConfig")
def associate_query_log(request: ApiRequest) -> dict[str, Any]:
    """Log the queries of a VPC."""
    _one(request, "query log", "ResolverQueryLogConfigId")
    identifier = _new("rqlca")
    created = {
        "Id": identifier,
        "Status": "ACTIVE",
        "Error": "NONE",
        **{name: request.parameters[name] for name in ("ResolverQueryLogConfigId", "ResourceId")},
    }
    _saved(request, "query log association")[identifier] = created
    return {"ResolverQueryLogConfigAssociation": created}


@answers(_SERVICE, "GetResolverQueryLogConfigAssociation")
def get_query_log_association(request: ApiRequest) -> dict[str, Any]:
    """Describe which VPC's queries are logged."""
    key = "ResolverQueryLogConfigAssociationId"
    return {"ResolverQueryLogConfigAssociation": _one(request, "query log association", key)}


@answers(_SERVICE, "DisassociateResolverQueryLogConfig")
def disassociate_query_log(request: ApiRequest) -> dict[str, Any]:
    """Stop logging the queries of a VPC."""
    given = request.parameters
    associations = _saved(request, "query log association")
    for identifier, each in associations.items():
        if all(each[name] == given[name] for name in ("ResolverQueryLogConfigId", "ResourceId")):
            return {"ResolverQueryLogConfigAssociation": associations.pop(identifier)}
    raise ServiceError("ResourceNotFoundException", "the VPC does not use this query log")
