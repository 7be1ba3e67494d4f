"""One account without an organization on an embedded AWS of its own: deployed, read back, attacked."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from baseline.local.session import Session
from tests.support import ROOT

ACCOUNT, HOME, SECOND = "121212121212", "eu-west-1", "eu-central-1"
SECONDS = 60


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The example account, deployed with the real cdk command."""
    folder = tmp_path_factory.mktemp("standalone")
    file = ROOT / "examples" / "configurations" / "standalone.yaml"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        console = Console(file=io.StringIO(), width=100)
        session = Session.open(file, state=folder, console=console)
        try:
            session.up(port=0)
            session.bootstrap()
            session.synthesize(checks=False)
            session.deploy()
            yield session
        finally:
            session.down(purge=False)


def client(session: Session, service: str, region: str = HOME) -> Any:
    return session.access().client(service, ACCOUNT, region)


def test_everything_is_as_the_templates_say(session: Session) -> None:
    report = session.verify()
    assert [each for each in report.findings if not each.ok] == []
    assert {each.account for each in report.findings} == {ACCOUNT}
    kept = {each.resource for each in report.findings if each.type == "account settings"}
    assert {"public_access_block", "ec2_attributes", "password_policy", "contacts"} <= kept


def test_there_is_no_organization(session: Session) -> None:
    facts = session.status()
    assert facts["organization"] is None
    assert [each["id"] for each in facts["accounts"]] == [ACCOUNT]
    organizations = client(session, "organizations")
    with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
        organizations.describe_organization()


@pytest.mark.parametrize("region", [HOME, SECOND])
def test_every_governed_region_detects(session: Session, region: str) -> None:
    guardduty = client(session, "guardduty", region)
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    assert guardduty.get_detector(DetectorId=detector)["Status"] == "ENABLED"
    assert client(session, "securityhub", region).describe_hub()["HubArn"]
    (recorder,) = client(session, "config", region).describe_configuration_recorder_status()[
        "ConfigurationRecordersStatus"
    ]
    assert recorder["recording"] is True


def test_an_open_port_closes_itself(session: Session) -> None:
    ec2 = client(session, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="open", Description="open", VpcId=vpc)["GroupId"]
    opened = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    anywhere = [{"CidrIp": "0.0.0.0/0"}]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**opened, "IpRanges": anywhere}]
    )
    event = {
        "source": "aws.ec2",
        "detail_type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": "ec2.amazonaws.com",
            "eventName": "AuthorizeSecurityGroupIngress",
            "eventID": "opened",
            "awsRegion": HOME,
            "recipientAccountId": ACCOUNT,
            "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:role/dev"},
            "requestParameters": {"groupId": group},
        },
    }
    body = {"account": ACCOUNT, "region": HOME, **event}
    assert session.access().page("/_baseline/events", body)["event_id"]
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        if not found["IpPermissions"]:
            return
        time.sleep(0.5)
    pytest.fail(f"port 22 of {group} is still open after {SECONDS} s")
