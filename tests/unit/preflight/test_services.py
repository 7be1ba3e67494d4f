"""Control Tower, trails, recorders, detection, people and settings: each finding, present and absent."""

from __future__ import annotations

from typing import Any

import pytest

from baseline.preflight.checks import control_tower, detection, people, records, settings
from baseline.preflight.finding import Verdict
from tests.unit.preflight.world import (
    CORE,
    HOME,
    LOGS,
    MANAGEMENT,
    NETWORK,
    OTHER,
    SECURITY,
    World,
    blocking,
    changed,
    expected,
    expected_stack,
    of,
    role,
)

TOWER = {"control_tower": "controls", "guardrails": {"reserved_scp_slots": 1}}
ZONE = f"arn:aws:controltower:{HOME}:{MANAGEMENT}:landingzone/1A2B3C4D5E6F7G8H"


def test_a_new_organization_has_nothing_in_the_way() -> None:
    look = World().look()
    for check in (
        control_tower.landing_zone,
        control_tower.stack_sets,
        control_tower.baselines,
        records.trails,
        records.recorders,
        detection.detectors,
        detection.hub,
        detection.analyzers,
        people.identity_center,
        people.emergency_role,
        people.team_roles,
        settings.regions,
        settings.volumes,
        settings.sessions,
    ):
        found = list(check(look))
        assert found or check is control_tower.baselines, check
        assert blocking(found) == [], check


# Control Tower


def governed(world: World, *, drifted: bool = False) -> World:
    """Give the world a landing zone."""
    zone: dict[str, Any] = {"arn": ZONE, "version": "3.3", "status": "ACTIVE", "manifest": {}}
    zone["driftStatus"] = {"status": "DRIFTED" if drifted else "IN_SYNC"}
    world.set("controltower:ListLandingZones", {"landingZones": [{"arn": ZONE}]}, region=HOME)
    world.set("controltower:GetLandingZone", {"landingZone": zone})
    return world


def test_a_landing_zone_is_adopted_in_mode_controls() -> None:
    world = governed(World())
    world.policy("aws-guardrails-AbCdEf", "r-exam")
    found = list(control_tower.landing_zone(world.look()))
    (mode,) = blocking(found)
    assert (mode.check, mode.configuration) == ("control-tower.mode", TOWER)
    assert "3.3" in mode.message
    (controls,) = of("control-tower.controls", found)
    assert "1 policies aws-guardrails-*" in controls.message
    world.configuration = changed(**mode.configuration)
    assert blocking(control_tower.landing_zone(world.look())) == []


def test_a_landing_zone_is_not_made_twice() -> None:
    reserved = {"reserved_scp_slots": 2}
    world = governed(World(changed(control_tower="landing-zone", guardrails=reserved)))
    (mode,) = blocking(control_tower.landing_zone(world.look()))
    assert mode.configuration == {"control_tower": "controls", "guardrails": reserved}
    world.stack("secbase-organization", MANAGEMENT)
    assert blocking(control_tower.landing_zone(world.look())) == []


def test_trusted_access_that_control_tower_refuses_is_a_conflict() -> None:
    reserved = {"reserved_scp_slots": 1}
    world = World(changed(control_tower="landing-zone", guardrails=reserved))
    assert blocking(control_tower.trusted_access(world.look())) == []
    on = [{"ServicePrincipal": "config.amazonaws.com"}, {"ServicePrincipal": "sso.amazonaws.com"}]
    world.set("organizations:ListAWSServiceAccessForOrganization", {"EnabledServicePrincipals": on})
    (found,) = blocking(control_tower.trusted_access(world.look()))
    assert found.commands == (
        "aws organizations disable-aws-service-access --service-principal config.amazonaws.com",
    )
    world.configuration = changed(**TOWER)
    assert list(control_tower.trusted_access(world.look())) == []


def test_controls_without_a_landing_zone_are_a_conflict() -> None:
    world = World(changed(**TOWER))
    (mode,) = blocking(control_tower.landing_zone(world.look()))
    assert (mode.verdict, mode.configuration) == (Verdict.CONFLICT, {"control_tower": "none"})


def test_a_drifted_landing_zone_is_repaired_first() -> None:
    world = governed(World(changed(**TOWER)), drifted=True)
    (drift,) = blocking(control_tower.landing_zone(world.look()))
    assert drift.check == "control-tower.drift"
    assert ZONE in drift.commands[0]


def test_a_landing_zone_that_cannot_be_read_is_unknown() -> None:
    world = World()
    world.set("controltower:ListLandingZones", "AccessDeniedException")
    look = world.look()
    assert list(control_tower.landing_zone(look)) == []
    assert {row.action for row in look.management.unknown} == {"controltower:ListLandingZones"}


def test_stack_sets_that_are_off_for_good_are_a_conflict() -> None:
    world = World()
    world.set("cloudformation:DescribeOrganizationsAccess", {"Status": "DISABLED_PERMANENTLY"})
    (found,) = blocking(control_tower.stack_sets(world.look()))
    assert found.check == "stack-sets.access"


# Records


def trail(name: str, *, organization: bool = True, region: str = HOME) -> dict[str, Any]:
    return {
        "Name": name,
        "HomeRegion": region,
        "TrailARN": f"arn:aws:cloudtrail:{region}:{MANAGEMENT}:trail/{name}",
        "IsOrganizationTrail": organization,
    }


def test_a_second_organization_trail_costs_and_is_stopped_later() -> None:
    world = World()
    world.set("cloudtrail:DescribeTrails", {"trailList": [trail("old")]})
    (found,) = of("trail.second", records.trails(world.look()))
    assert found.verdict is Verdict.NOTE
    assert found.commands == (
        (
            f"aws cloudtrail stop-logging --name arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/old "
            f"--region {HOME}"
        ),
    )
    world.set("cloudtrail:DescribeTrails", {"trailList": [trail("own", organization=False)]})
    (found,) = of("trail.second", records.trails(world.look()))
    assert found.verdict is Verdict.FINE


def test_a_region_full_of_trails_is_a_conflict() -> None:
    world = World()
    rows = [trail(f"old-{number}", organization=False) for number in range(5)]
    world.set("cloudtrail:DescribeTrails", {"trailList": rows})
    (found,) = blocking(records.trails(world.look()))
    assert found.check == "trail.quota"
    world.set("cloudtrail:DescribeTrails", {"trailList": rows[:4]})
    assert blocking(records.trails(world.look())) == []


def test_our_trail_without_its_stack_is_imported() -> None:
    world = World()
    world.expected = expected(
        stacks=(expected_stack("audit", MANAGEMENT, AWS__CloudTrail__Trail=("Trail1",)),)
    )
    world.set("cloudtrail:DescribeTrails", {"trailList": [trail("secbase-org-trail")]})
    (found,) = blocking(records.trails(world.look()))
    assert found.verdict is Verdict.IMPORT
    assert found.imported[0].identifier == {"TrailName": "secbase-org-trail"}
    assert (found.imported[0].stack, found.imported[0].logical_id) == ("audit", "Trail1")
    world.stack("secbase-audit", MANAGEMENT)
    assert blocking(records.trails(world.look())) == []


def recorder(name: str, role_name: str = "theirs", **more: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::{LOGS}:role/{role_name}"
    return {"ConfigurationRecorders": [{"name": name, "roleARN": arn, **more}]}


RECORDERS = "config:DescribeConfigurationRecorders"


def test_a_recorder_of_others_is_removed_in_the_order_that_works() -> None:
    world = World()
    world.set(RECORDERS, recorder("default"), account=LOGS, region=OTHER)
    channel = {"DeliveryChannels": [{"name": "channel"}]}
    world.set("config:DescribeDeliveryChannels", channel, account=LOGS, region=OTHER)
    (found,) = blocking(records.recorders(world.look()))
    assert (found.check, found.place) == ("config.recorder", f"log_archive {OTHER}")
    assert [line.split()[2] for line in found.commands] == [
        "stop-configuration-recorder",
        "delete-delivery-channel",
        "delete-configuration-recorder",
    ]
    assert found.configuration == {}


def test_a_recorder_in_a_member_is_found_when_the_member_is_looked_into() -> None:
    world = World()
    member = "555555555555"
    world.set(RECORDERS, recorder("default"), account=member, region=HOME)
    assert blocking(records.recorders(world.look())) == []
    (found,) = blocking(records.recorders(world.look(*CORE, member)))
    assert found.place == f"payments-production {HOME}"


def test_service_linked_recorders_are_not_in_the_way() -> None:
    world = World()
    name = "AWSConfigurationRecorderForSecurityHubCSPM"
    linked = recorder(name, servicePrincipal="securityhub.amazonaws.com")
    world.set(RECORDERS, linked)
    assert blocking(records.recorders(world.look())) == []


def enrolled(world: World) -> str:
    """Give the world a unit on which Control Tower's baseline is enabled, and its recorders."""
    world.unit("Workloads", "1")
    arn = f"arn:aws:controltower:{HOME}:{MANAGEMENT}:enabledbaseline/XA1B2C3D4E5F6G7H8"
    row = {
        "arn": arn,
        "baselineIdentifier": f"arn:aws:controltower:{HOME}::baseline/17BSJV3IGJ2QSGA2",
        "baselineVersion": "4.0",
        "targetIdentifier": f"arn:aws:organizations::{MANAGEMENT}:ou/o-exampleorgid/ou-exam-10000000",
        "statusSummary": {"status": "SUCCEEDED"},
    }
    world.set("controltower:ListEnabledBaselines", {"enabledBaselines": [row]}, region=HOME)
    world.set(RECORDERS, recorder("aws-controltower-BaselineConfigRecorder"))
    return arn


def test_control_towers_recorder_stays_and_ours_is_left_out() -> None:
    world = World()
    arn = enrolled(world)
    found = blocking(records.recorders(world.look()))
    assert {row.verdict for row in found} == {Verdict.SKIP}
    baselines = found[0].configuration["landing_zone"]["baselines"]
    assert baselines == [{"version": "4.0", "units": ["Workloads"]}]
    world.configuration = changed(**found[0].configuration)
    assert list(records.recorders(world.look())) == []
    stack = expected_stack(
        "organization", MANAGEMENT, HOME, AWS__ControlTower__EnabledBaseline=("Baseline1",)
    )
    world.expected = expected(stacks=(stack,))
    (imported,) = blocking(control_tower.baselines(world.look()))
    assert imported.imported[0].logical_id == "Baseline1"
    assert imported.imported[0].identifier == {"EnabledBaselineIdentifier": arn}
    world.stack("secbase-organization", MANAGEMENT)
    assert blocking(control_tower.baselines(world.look())) == []


def test_control_towers_recorder_in_units_that_are_not_described_is_a_conflict() -> None:
    world = World()
    world.set(RECORDERS, recorder("aws-controltower-BaselineConfigRecorder"))
    found = blocking(records.recorders(world.look()))
    assert {(row.verdict, str(row.configuration)) for row in found} == {(Verdict.CONFLICT, "{}")}


def test_our_recorder_is_fine_with_its_stack_and_left_over_without() -> None:
    world = World()
    world.set(RECORDERS, recorder("Recorder", "secbase-config-recorder"), account=LOGS, region=HOME)
    (found,) = blocking(records.recorders(world.look()))
    assert found.check == "config.retained"
    world.stack("StackSet-secbase-member-regional-0a1b", LOGS)
    assert blocking(records.recorders(world.look())) == []


# Detection


def test_a_detector_that_another_account_administers_is_a_conflict() -> None:
    world = World()
    detector = "12abc34d567e8fa901bc2d34e56789f0"
    world.set("guardduty:ListDetectors", {"DetectorIds": [detector]}, account=NETWORK, region=HOME)
    world.set("guardduty:GetAdministratorAccount", {"Administrator": {"AccountId": "121212121212"}})
    (found,) = blocking(detection.detectors(world.look()))
    assert found.place == f"network {HOME}"
    assert detector in found.commands[0]
    ours = {"Administrator": {"AccountId": SECURITY}}
    world.set("guardduty:GetAdministratorAccount", ours)
    assert blocking(detection.detectors(world.look())) == []


def hub(world: World, region: str) -> str:
    """Give the security account a hub everywhere and an aggregator in a Region."""
    arn = f"arn:aws:securityhub:{region}:{SECURITY}:finding-aggregator/0a1b"
    world.set("securityhub:DescribeHub", {"HubArn": f"arn:aws:securityhub:{HOME}:{SECURITY}:hub/x"})
    world.set(
        "securityhub:ListFindingAggregators",
        {"FindingAggregators": [{"FindingAggregatorArn": arn}]},
    )
    return arn


def test_a_hub_with_another_home_region_is_a_conflict() -> None:
    world = World()
    arn = hub(world, OTHER)
    (found,) = blocking(detection.hub(world.look()))
    assert found.check == "security-hub.home-region"
    assert found.commands == (
        f"aws securityhub delete-finding-aggregator --finding-aggregator-arn {arn} --region {OTHER}",
    )
    world.configuration = changed(home_region=OTHER, identity_center={"region": HOME})
    assert of("security-hub.home-region", detection.hub(world.look())) == []


def test_the_aggregator_of_the_home_region_is_imported() -> None:
    world = World()
    arn = hub(world, HOME)
    world.expected = expected(
        stacks=(
            expected_stack("security", SECURITY, AWS__SecurityHub__FindingAggregator=("Agg1",)),
        )
    )
    (found,) = blocking(detection.hub(world.look()))
    assert found.verdict is Verdict.IMPORT
    assert found.imported[0].identifier == {"FindingAggregatorArn": arn}
    world.stack("secbase-security", SECURITY)
    assert blocking(detection.hub(world.look())) == []


def test_configuration_policies_of_our_names_are_a_conflict_others_a_note() -> None:
    world = World()
    world.set("securityhub:DescribeHub", {"HubArn": f"arn:aws:securityhub:{HOME}:{SECURITY}:hub/x"})
    central = {"OrganizationConfiguration": {"ConfigurationType": "CENTRAL"}}
    world.set("securityhub:DescribeOrganizationConfiguration", central)
    rows = [{"Name": "secbase-organization", "Id": "0a"}, {"Name": "theirs", "Id": "1b"}]
    world.set("securityhub:ListConfigurationPolicies", {"ConfigurationPolicySummaries": rows})
    found = list(detection.hub(world.look()))
    (ours,) = blocking(found)
    assert (ours.check, "0a" in ours.commands[1]) == ("security-hub.policy", True)
    (others,) = of("security-hub.central", found)
    assert (others.verdict, "theirs" in others.message) == (Verdict.NOTE, True)
    local = {"OrganizationConfiguration": {"ConfigurationType": "LOCAL"}}
    world.set("securityhub:DescribeOrganizationConfiguration", local)
    assert blocking(detection.hub(world.look())) == []


def test_a_second_analyzer_is_noted_with_what_it_costs() -> None:
    world = World()
    analyzer = {
        "arn": f"arn:aws:access-analyzer:{HOME}:{SECURITY}:analyzer/theirs",
        "name": "theirs",
        "type": "ORGANIZATION_UNUSED_ACCESS",
        "createdAt": "2026-11-01T00:00:00Z",
        "status": "ACTIVE",
    }
    world.set("accessanalyzer:ListAnalyzers", {"analyzers": [analyzer]}, region=HOME)
    notes = [row for row in detection.analyzers(world.look()) if row.verdict is Verdict.NOTE]
    assert ["billed twice" in row.message for row in notes] == [True]
    world.stack("secbase-security", SECURITY)
    assert list(detection.analyzers(world.look())) == []


# People


def test_another_instance_of_identity_center_is_to_be_written() -> None:
    world = World()
    theirs = {
        "InstanceArn": "arn:aws:sso:::instance/ssoins-0000000000000000",
        "IdentityStoreId": "d-0000000000",
    }
    world.set("sso-admin:ListInstances", {"Instances": [theirs]}, region=HOME)
    (found,) = blocking(people.identity_center(world.look()))
    lines = found.configuration["identity_center"]
    assert lines["instance"] == theirs["InstanceArn"]
    world.configuration = changed(**found.configuration)
    assert blocking(people.identity_center(world.look())) == []


def test_an_instance_in_another_region_is_to_be_written() -> None:
    world = World()
    instance = world.answers.pop(("", HOME, "sso-admin:ListInstances"))
    world.set("sso-admin:ListInstances", instance, region=OTHER)
    (found,) = blocking(people.identity_center(world.look()))
    assert found.configuration["identity_center"]["region"] == OTHER


def test_an_instance_that_is_nowhere_is_a_conflict() -> None:
    world = World()
    del world.answers["", HOME, "sso-admin:ListInstances"]
    (found,) = blocking(people.identity_center(world.look()))
    assert found.verdict is Verdict.CONFLICT


def test_an_emergency_role_that_exists_is_adopted() -> None:
    world = World()
    world.set("iam:ListRoles", {"Roles": [role("OrgBreakGlass")]})
    (found,) = blocking(people.emergency_role(world.look()))
    assert found.configuration == {"break_glass": {"create": False}}
    world.configuration = changed(**found.configuration)
    assert blocking(people.emergency_role(world.look())) == []


def test_an_emergency_role_that_is_adopted_and_missing_is_a_conflict() -> None:
    world = World(changed(break_glass={"create": False}))
    (found,) = blocking(people.emergency_role(world.look()))
    assert "log_archive" in found.place


def test_an_emergency_role_of_our_stacks_is_fine() -> None:
    world = World()
    world.set("iam:ListRoles", {"Roles": [role("OrgBreakGlass")]}, account=LOGS)
    world.stack("StackSet-secbase-member-global-0a1b", LOGS)
    assert blocking(people.emergency_role(world.look())) == []


def test_roles_of_teams_are_made_before_the_guardrails() -> None:
    assert {row.verdict for row in people.team_roles(World().look())} == {Verdict.FINE}
    world = World()
    world.set("iam:ListRoles", {"Roles": []})
    assert {row.verdict for row in people.team_roles(world.look())} == {Verdict.NOTE}


# Settings


def test_a_governed_region_that_is_off_is_a_conflict_in_each_account() -> None:
    world = World()
    rows = [
        {"RegionName": HOME, "RegionOptStatus": "ENABLED_BY_DEFAULT"},
        {"RegionName": OTHER, "RegionOptStatus": "DISABLED"},
    ]
    world.set("account:ListRegions", {"Regions": rows}, account=NETWORK)
    (found,) = blocking(settings.regions(world.look()))
    assert found.commands == (
        f"aws account enable-region --region-name {OTHER} --account-id {NETWORK}",
    )


def test_a_key_of_volumes_stays_unless_another_one_is_named() -> None:
    world = World()
    key = f"arn:aws:kms:{HOME}:{LOGS}:key/0a"
    world.set("ec2:GetEbsDefaultKmsKeyId", {"KmsKeyId": key}, account=LOGS, region=HOME)
    assert {row.verdict for row in settings.volumes(world.look())} == {Verdict.FINE}
    world.configuration = changed(account_settings={"ebs_key_alias": "alias/ours"})
    notes = [row for row in settings.volumes(world.look()) if row.verdict is Verdict.NOTE]
    assert [key in row.message for row in notes] == [True]
    world.configuration = changed(account_settings={"off": ["ebs_encryption"]})
    assert list(settings.volumes(world.look())) == []


def test_preferences_of_sessions_are_noted_and_can_be_left_alone() -> None:
    world = World()
    document = {"Document": {"Name": settings.DOCUMENT, "Owner": LOGS}}
    world.set("ssm:DescribeDocument", document, account=LOGS, region=HOME)
    notes = [row for row in settings.sessions(world.look()) if row.verdict is Verdict.NOTE]
    assert [row.place for row in notes] == [f"log_archive {HOME}"]
    world.stack("secbase-settings", SECURITY)
    assert {row.verdict for row in settings.sessions(world.look())} == {Verdict.FINE}
    world.configuration = changed(**notes[0].configuration)
    assert list(settings.sessions(world.look())) == []


@pytest.mark.parametrize(
    ("capability", "check"),
    [
        ("guardduty", detection.detectors),
        ("security_hub", detection.hub),
        ("access_analyzer", detection.analyzers),
        ("config", records.recorders),
    ],
)
def test_what_is_switched_off_is_not_looked_at(capability: str, check: Any) -> None:
    off = {capability: {"enabled": False}, "trusted_advisor": {"enabled": False}}
    if capability == "config":  # which Security Hub reads
        off["security_hub"] = {"enabled": False}
    world = World(changed(capabilities=off))
    assert list(check(world.look())) == []
