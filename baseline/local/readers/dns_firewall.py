"""DNS Firewall and query logs: lists, rules in their order, a VPC's group and failure mode."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader

CAPABILITY = "DNS firewall"
_SERVICE = "route53resolver"


@reader("AWS::Route53Resolver::FirewallDomainList", capability=CAPABILITY, covers="Name Domains")
def domain_list(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read the domains of a list."""
    resolver = place(_SERVICE)
    lists = {
        each["Id"]: each for each in resolver.list_firewall_domain_lists()["FirewallDomainLists"]
    }
    yield from compare(expected, lists.get(physical_id, {}), {"Name": "Name"})
    answer = resolver.list_firewall_domains(FirewallDomainListId=physical_id)
    yield Check(
        setting="Domains",
        expected=sorted(expected.get("Domains", ())),
        found=sorted(answer["Domains"]),
    )


@reader(
    "AWS::Route53Resolver::FirewallRuleGroup", capability=CAPABILITY, covers="Name FirewallRules"
)
def rule_group(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read every rule of a group."""
    answer = place(_SERVICE).list_firewall_rules(FirewallRuleGroupId=physical_id)
    group = place(_SERVICE).get_firewall_rule_group(FirewallRuleGroupId=physical_id)
    yield from compare(expected, group["FirewallRuleGroup"], {"Name": "Name"})
    live = {str(rule["Priority"]): rule for rule in answer["FirewallRules"]}
    wanted = {str(rule["Priority"]): rule for rule in expected.get("FirewallRules", ())}
    yield Check(setting="priorities", expected=sorted(wanted), found=sorted(live))
    for priority, rule in wanted.items():
        found = live.get(priority, {})
        yield Check(
            setting=f"rule {priority}",
            expected=dict(rule),
            found={name: found.get(name) for name in rule},
        )


@reader(
    "AWS::Route53Resolver::FirewallRuleGroupAssociation",
    capability=CAPABILITY,
    covers="FirewallRuleGroupId VpcId Priority MutationProtection Name",
)
def association(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which rule group a VPC has, and whether it can be taken away."""
    answer = place(_SERVICE).get_firewall_rule_group_association(
        FirewallRuleGroupAssociationId=physical_id
    )
    names = ("FirewallRuleGroupId", "VpcId", "Priority", "MutationProtection", "Name")
    found = answer["FirewallRuleGroupAssociation"]
    yield from compare(expected, found, {name: name for name in names})


@reader(
    "AWS::Route53Resolver::ResolverQueryLoggingConfig",
    capability=CAPABILITY,
    covers="DestinationArn Name",
)
def query_log(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read where queries are logged."""
    answer = place(_SERVICE).get_resolver_query_log_config(ResolverQueryLogConfigId=physical_id)
    names = {"DestinationArn": "DestinationArn", "Name": "Name"}
    yield from compare(expected, answer["ResolverQueryLogConfig"], names)


@reader(
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
    capability=CAPABILITY,
    covers="ResolverQueryLogConfigId ResourceId",
)
def query_log_association(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read which VPC's queries are logged."""
    answer = place(_SERVICE).get_resolver_query_log_config_association(
        ResolverQueryLogConfigAssociationId=physical_id
    )
    found = answer["ResolverQueryLogConfigAssociation"]
    names = ("ResolverQueryLogConfigId", "ResourceId")
    yield from compare(expected, found, {name: name for name in names})


@reader("Custom::DnsFirewallLookup", capability=CAPABILITY, covers="VpcId FailOpen Lists")
def lookup(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read what the DNS Firewall of a VPC does when it fails, and whether AWS's lists are there."""
    resolver = place(_SERVICE)
    config = resolver.get_firewall_config(ResourceId=expected["VpcId"])["FirewallConfig"]
    yield Check(setting="FailOpen", expected=expected["FailOpen"], found=config["FirewallFailOpen"])
    lists = resolver.list_firewall_domain_lists()["FirewallDomainLists"]
    managed = {each["Name"] for each in lists if each.get("ManagedOwnerName")}
    yield Check(
        setting="Lists",
        expected=sorted(expected["Lists"]),
        found=sorted(managed & set(expected["Lists"])),
    )
