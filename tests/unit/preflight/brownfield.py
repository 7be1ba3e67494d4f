"""An organization with a past: Control Tower, a trail, GuardDuty elsewhere, leftovers, full slots."""

from __future__ import annotations

from typing import Any

from tests.unit.preflight.world import (
    HOME,
    LOGS,
    MANAGEMENT,
    NETWORK,
    OTHER,
    SECURITY,
    World,
    expected,
    expected_stack,
    named,
    role,
)

BUCKET = "secbase-org-logs-222222222222-eu-west-1"
TAKEN = "secbase-config-222222222222-eu-west-1"
ZONE = f"arn:aws:controltower:{HOME}:{MANAGEMENT}:landingzone/1A2B3C4D5E6F7G8H"


def brown_field() -> World:
    """Give a world in which every area has something in the way."""
    world = World()
    _organization(world)
    _records(world)
    _detection(world)
    _accounts(world)
    return world


def _organization(world: World) -> None:
    for number, path in enumerate(("Security", "Workloads", "Workloads/Production"), 1):
        world.unit(path, str(number))
    for number in range(2):
        world.policy(f"aws-guardrails-{number}", world.units["Workloads"])
    world.policy("FullAWSAccess", "r-exam")
    summary = {"Id": "rp-example01"}
    world.set(
        "organizations:DescribeResourcePolicy",
        {"ResourcePolicy": {"ResourcePolicySummary": summary}},
    )
    world.set(
        "organizations:ListDelegatedAdministrators", {"DelegatedAdministrators": [{"Id": NETWORK}]}
    )
    services = {"DelegatedServices": [{"ServicePrincipal": "config.amazonaws.com"}]}
    world.set("organizations:ListDelegatedServicesForAccount", services)
    zone: dict[str, Any] = {"arn": ZONE, "version": "3.3", "status": "ACTIVE", "manifest": {}}
    world.set("controltower:ListLandingZones", {"landingZones": [{"arn": ZONE}]}, region=HOME)
    world.set("controltower:GetLandingZone", {"landingZone": zone})
    world.places[NETWORK] = "Workloads"


def _records(world: World) -> None:
    rows = [
        {
            "Name": name,
            "HomeRegion": HOME,
            "TrailARN": f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/{name}",
            "IsOrganizationTrail": True,
        }
        for name in ("secbase-org-trail", "old")
    ]
    world.set("cloudtrail:DescribeTrails", {"trailList": rows})
    theirs = {"name": "default", "roleARN": f"arn:aws:iam::{NETWORK}:role/theirs"}
    recorders = {"ConfigurationRecorders": [theirs]}
    world.set("config:DescribeConfigurationRecorders", recorders, account=NETWORK, region=HOME)
    channels = {"DeliveryChannels": [{"name": "default"}]}
    world.set("config:DescribeDeliveryChannels", channels, account=NETWORK, region=HOME)


def _detection(world: World) -> None:
    administrator = {"AdminAccounts": [{"AdminAccountId": NETWORK, "AdminStatus": "ENABLED"}]}
    world.set("guardduty:ListOrganizationAdminAccounts", administrator)
    detector = {"DetectorIds": ["12abc34d567e8fa901bc2d34e56789f0"]}
    world.set("guardduty:ListDetectors", detector, account=LOGS, region=HOME)
    world.set("guardduty:GetAdministratorAccount", {"Administrator": {"AccountId": NETWORK}})
    arn = f"arn:aws:securityhub:{OTHER}:{SECURITY}:finding-aggregator/0a1b"
    hub = {"HubArn": f"arn:aws:securityhub:{OTHER}:{SECURITY}:hub/default"}
    world.set("securityhub:DescribeHub", hub, account=SECURITY)
    rows = {"FindingAggregators": [{"FindingAggregatorArn": arn}]}
    world.set("securityhub:ListFindingAggregators", rows, account=SECURITY)
    analyzer = {
        "arn": f"arn:aws:access-analyzer:{HOME}:{SECURITY}:analyzer/theirs",
        "name": "theirs",
        "type": "ORGANIZATION",
        "createdAt": "2026-11-01T00:00:00Z",
        "status": "ACTIVE",
    }
    world.set("accessanalyzer:ListAnalyzers", {"analyzers": [analyzer]}, region=HOME)


def _accounts(world: World) -> None:
    world.expected = expected(
        named("AWS::S3::Bucket", BUCKET, logical_id="Logs1"),
        named("AWS::S3::Bucket", TAKEN, logical_id="Config1"),
        named("AWS::Organizations::Policy", "secbase-scp-root-1", account=MANAGEMENT),
        stacks=(
            expected_stack("audit", MANAGEMENT, AWS__CloudTrail__Trail=("Trail1",)),
            expected_stack("network", NETWORK, AWS__EC2__VPC=("Vpc1",)),
        ),
        stack_sets=("secbase-member-global",),
    )
    world.set("s3:ListBuckets", {"Buckets": [{"Name": BUCKET}]}, account=LOGS)
    taken: Any = lambda given: "403" if given["Bucket"] == TAKEN else "404"  # noqa: E731
    world.set("s3:HeadBucket", taken)
    world.set("cloudformation:DescribeStacks", "ValidationError", account=LOGS)
    world.set("iam:ListRoles", {"Roles": [role("OrgBreakGlass")]})
    world.set("ec2:DescribeVpcs", {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(5)]})
    world.set("service-quotas:GetServiceQuota", {"Quota": {"Value": 5.0}}, account=NETWORK)
    world.set("lambda:GetAccountSettings", {"AccountLimit": {"ConcurrentExecutions": 10}})
    rows = [
        {"RegionName": HOME, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
        {"RegionName": OTHER, "RegionOptStatus": "DISABLED"},
    ]
    world.set("account:ListRegions", {"Regions": rows}, account=NETWORK)
    world.set("ssm:DescribeDocument", "AccessDeniedException", account=LOGS)
    sets = {"Summaries": [{"StackSetName": "secbase-member-global", "Status": "ACTIVE"}]}
    world.set("cloudformation:ListStackSets", sets)
