"""Paid resources of a synthesized assembly, counted in its templates and the bodies of its StackSets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baseline.assembly import artifacts, json_object
from baseline.cost.capabilities import capability_of
from baseline.cost.footprint import Footprint
from baseline.cost.places import Place
from baseline.cost.resource_types import resource_types

if TYPE_CHECKING:
    from baseline.cost.places import Landscape

STACK = "aws:cloudformation:stack"
STACK_SET = "AWS::CloudFormation::StackSet"
CONFORMANCE_PACK = "AWS::Config::OrganizationConformancePack"
RULE = "Type: AWS::Config::ConfigRule"
MINIMUM_CAPACITY = "MinCapacity"

Properties = Mapping[str, Any]
Counted = Iterator[tuple[str, float]]


def counted(assembly: Path, landscape: Landscape, *, prefix: str) -> Footprint:
    """Count the paid resources of an assembly.

    Args:
        assembly: folder that `cdk synth` wrote.
        landscape: the accounts that it deploys to.
        prefix: start of the names of its StackSets.

    Raises:
        BaselineError: it is no assembly.
    """
    reader = _Reader(landscape=landscape, prefix=prefix)
    for name, artifact in sorted(artifacts(assembly).items()):
        if artifact.get("type") == STACK:
            account, region = artifact["environment"].removeprefix("aws://").split("/")
            file = assembly / artifact["properties"]["templateFile"]
            reader.read(json_object(file), stack=name, account=account, region=region)
    return reader.found


class _Reader:
    def __init__(self, *, landscape: Landscape, prefix: str) -> None:
        self._landscape, self._prefix = landscape, prefix
        self.found = Footprint()

    def read(self, template: Properties, *, stack: str, account: str, region: str) -> None:
        place = self._landscape.account(account, region)
        self._add(template, capability_of(stack), [place])

    def _add(self, template: Properties, capability: str, places: list[Place]) -> None:
        self.found.capabilities.add(capability)
        resources = template.get("Resources", {})
        for row in resources.values():
            kind, properties = row["Type"], row.get("Properties", {})
            if kind == STACK_SET:
                self._add_stack_set(properties)
            elif kind == CONFORMANCE_PACK:
                self._add_pack(capability, properties, places[0].region)
            elif kind not in resource_types():
                self.found.unknown.add(kind)
            else:
                for item, count in items_of(kind, properties, resources):
                    for place in places:
                        self.found.add(capability, place, item, count)

    def _add_stack_set(self, properties: Properties) -> None:
        name = str(properties["StackSetName"]).removeprefix(f"{self._prefix}-")
        body = json.loads(properties["TemplateBody"])
        for group in properties.get("StackInstancesGroup", ()):
            named = group["DeploymentTargets"].get("Accounts", ())
            for region in group["Regions"]:
                places = [self._landscape.account(each, region) for each in named]
                self._add(body, capability_of(name), places or [*self._landscape.targets(region)])

    def _add_pack(self, capability: str, properties: Properties, region: str) -> None:
        """Count the rules of a pack, which AWS Config puts into every account."""
        rules = str(properties["TemplateBody"]).count(RULE)
        excluded = set(properties.get("ExcludedAccounts", ()))
        for place in self._landscape.each_account(region):
            if place.account not in excluded:
                self.found.add(capability, place, "config.evaluation", rules)


def items_of(kind: str, properties: Properties, resources: Mapping[str, Any]) -> Counted:
    """Give the items that a resource costs for being there, and how many of each.

    Args:
        kind: its type.
        properties: its properties.
        resources: the template that it stands in.
    """
    items = resource_types()[kind].counted
    if items:
        yield from COUNTS.get(kind, _one)(properties, resources, items)


def _one(_: Properties, __: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], 1


def _alarm(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    # AWS bills an alarm by the metrics that it looks at.
    metrics = [each for each in properties.get("Metrics", ()) if "MetricStat" in each]
    yield items[0], len(metrics) or 1


def _metric_filter(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], len(properties["MetricTransformations"])


def _endpoint(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    if properties.get("VpcEndpointType") == "Interface":
        yield items[0], len(properties["SubnetIds"])


def _firewall(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], len(properties["SubnetMappings"])


def _domains(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], len(properties.get("Domains", ()))


def _web_acl(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], 1
    yield items[1], len(properties.get("Rules", ()))


def _pack(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], str(properties["TemplateBody"]).count(RULE)


def _machines(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], float(properties["MinSize"])


def _cluster(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    if properties.get("ManageMasterUserPassword"):
        yield items[0], 1


def _database(
    properties: Properties, resources: Mapping[str, Any], items: tuple[str, ...]
) -> Counted:
    """Give the capacity of a serverless instance at rest, which stands with its cluster."""
    cluster = resources[properties["DBClusterIdentifier"]["Ref"]]["Properties"]
    yield items[0], float(cluster["ServerlessV2ScalingConfiguration"][MINIMUM_CAPACITY])


def _vpn(properties: Properties, _: Mapping[str, Any], items: tuple[str, ...]) -> Counted:
    yield items[0], 1
    if "TransitGatewayId" in properties:
        yield "transit-gateway.attachment", 1
    if properties.get("PreSharedKeyStorage") == "SecretsManager":
        yield "secretsmanager.secret", 1


COUNTS: dict[str, Callable[[Properties, Mapping[str, Any], tuple[str, ...]], Counted]] = {
    "AWS::AutoScaling::AutoScalingGroup": _machines,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Config::ConformancePack": _pack,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::VPNConnection": _vpn,
    "AWS::Logs::MetricFilter": _metric_filter,
    "AWS::NetworkFirewall::Firewall": _firewall,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBInstance": _database,
    "AWS::Route53Resolver::FirewallDomainList": _domains,
    "AWS::WAFv2::WebACL": _web_acl,
}
"""How a resource of a type is counted; once where nothing is said."""
