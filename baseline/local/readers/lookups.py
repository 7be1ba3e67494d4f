"""Custom resources that make sure of something in a service, and alarms: read from the service itself."""

from collections.abc import Iterator

from baseline.local.readers.table import Check, Place, Properties, compare, reader
from baseline.local.readers.values import ABSENT, attempt, first


@reader("Custom::DetectorLookup", capability="GuardDuty", covers="")
def detector_lookup(place: Place, _: str, __: Properties) -> Iterator[Check]:
    """Read whether the account has a detector that is on."""
    guardduty = place("guardduty")
    detectors = guardduty.list_detectors()["DetectorIds"]
    states = [guardduty.get_detector(DetectorId=each)["Status"] for each in detectors]
    yield Check(setting="detector", expected=["ENABLED"], found=states)


@reader(
    "Custom::DetectorsLookup", capability="GuardDuty", covers="Regions DetectorParameter Copies"
)
def regional_detectors(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether each Region's detector is on and known there by its parameter."""
    for region in expected["Regions"]:
        there = place.at(place.account, region)
        guardduty, ssm = there("guardduty"), there("ssm")
        detectors = guardduty.list_detectors()["DetectorIds"]
        states = [guardduty.get_detector(DetectorId=each)["Status"] for each in detectors]
        yield Check(setting=f"detector in {region}", expected=["ENABLED"], found=states)
        known = {expected["DetectorParameter"]: "".join(detectors), **expected["Copies"]}
        for name, value in known.items():
            found = attempt(ssm.get_parameter, "ParameterNotFound", Name=name)
            value_there = ABSENT if found == ABSENT else found["Parameter"]["Value"]
            yield Check(setting=f"{name} in {region}", expected=value, found=value_there)


@reader("Custom::HubLookup", capability="Security Hub", covers="")
def hub_lookup(place: Place, _: str, __: Properties) -> Iterator[Check]:
    """Read whether Security Hub is on."""
    found = attempt(place("securityhub").describe_hub, "InvalidAccessException")
    yield Check(setting="enabled", expected=True, found=found != ABSENT)


@reader("Custom::DefaultSecurityGroup", capability="Hardened network", covers="SecurityGroupId")
def default_security_group(place: Place, _: str, expected: Properties) -> Iterator[Check]:
    """Read whether a VPC's default security group is without rules."""
    groups = place("ec2").describe_security_groups(GroupIds=[expected["SecurityGroupId"]])
    found = groups["SecurityGroups"][0]
    rules = [*found.get("IpPermissions", ()), *found.get("IpPermissionsEgress", ())]
    yield Check(setting="rules of the default group", expected=[], found=rules)


_ALARM = (
    *("Namespace", "MetricName", "Statistic", "Period", "EvaluationPeriods", "Threshold"),
    *("Metrics", "ThresholdMetricId"),
    *("ComparisonOperator", "Dimensions", "AlarmActions", "TreatMissingData", "ActionsEnabled"),
)


@reader(
    "AWS::CloudWatch::Alarm",
    capability="Alarms",
    covers=f"AlarmName AlarmDescription {' '.join(_ALARM)}",
)
def alarm(place: Place, physical_id: str, expected: Properties) -> Iterator[Check]:
    """Read what an alarm watches and whom it tells."""
    answer = place("cloudwatch").describe_alarms(AlarmNames=[physical_id])
    found = first(answer["MetricAlarms"], AlarmName=physical_id)
    yield Check(setting="AlarmName", expected=physical_id, found=found.get("AlarmName", ABSENT))
    yield from compare(expected, found, {name: name for name in _ALARM if name != "Threshold"})
    if "Threshold" in expected:
        threshold = float(found.get("Threshold", "nan"))
        yield Check(setting="Threshold", expected=float(expected["Threshold"]), found=threshold)
