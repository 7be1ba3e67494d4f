"""The function at the gate: what it answers, and that a doubt never releases an image."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from tests.handlers import load_handler

index = load_handler("baseline/images/handlers/release_gate")
IMAGE = "arn:aws:imagebuilder:eu-west-1:999999999999:image/secbase-images-al2023/1.2.3/4"
WORKFLOW = "wf-11111111-1111-1111-1111-111111111111"
STEP = "step-22222222-2222-2222-2222-222222222222"
AMI = "ami-0123456789abcdef0"


def event(step: str) -> dict[str, Any]:
    """Give an event as the EC2 Image Builder User Guide shows it."""
    return {
        "detail-type": "EC2 Image Builder Workflow Step Waiting",
        "source": "aws.imagebuilder",
        "resources": [
            IMAGE,
            "arn:aws:imagebuilder:eu-west-1:999999999999:workflow/test/x/1.0.0/1",
        ],
        "detail": {
            "workflow-execution-id": WORKFLOW,
            "workflow-step-execution-id": STEP,
            "workflow-step-name": step,
        },
    }


class Service:
    """Image Builder and EC2, whose requests and answers botocore checks against their models."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        session = botocore.session.get_session()
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.clients = {
            name: session.create_client(name, region_name="eu-west-1", **keys)
            for name in ("imagebuilder", "ec2")
        }
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()
        monkeypatch.setattr(index.boto3, "client", lambda name: self.clients[name])
        self.answer: dict[str, Any] = {}
        builder = self.clients["imagebuilder"]
        send = builder.send_workflow_step_action

        def kept(**arguments: Any) -> Any:
            self.answer = arguments
            return send(**arguments)

        builder.send_workflow_step_action = kept

    def expect(
        self, client: str, call: str, answer: dict[str, Any], wanted: dict[str, Any]
    ) -> None:
        self.stubs[client].add_response(call, answer, wanted)

    def takes_an_answer(self) -> None:
        self.stubs["imagebuilder"].add_response("send_workflow_step_action", {})

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("BLOCKED_SEVERITIES", json.dumps(["CRITICAL"]))
    monkeypatch.setenv("ACCEPTED", json.dumps(["CVE-2026-1111"]))
    return Service(monkeypatch)


def finding(vulnerability: str, severity: str = "CRITICAL") -> dict[str, Any]:
    return {
        "severity": severity,
        "packageVulnerabilityDetails": {"vulnerabilityId": vulnerability},
    }


def scanned(service: Service, status: str, *pages: list[dict[str, Any]]) -> None:
    image = {"image": {"scanState": {"status": status}}}
    service.expect("imagebuilder", "get_image", image, {"imageBuildVersionArn": IMAGE})
    filters = [{"name": "imageBuildVersionArn", "values": [IMAGE]}]
    for number, page in enumerate(pages):
        more = {"nextToken": f"t{number}"} if number < len(pages) - 1 else {}
        asked = {"filters": filters, **({"nextToken": f"t{number - 1}"} if number else {})}
        service.expect(
            "imagebuilder", "list_image_scan_findings", {"findings": page, **more}, asked
        )


def created(service: Service, *steps: dict[str, Any]) -> None:
    service.expect(
        "imagebuilder",
        "list_workflow_step_executions",
        {"steps": list(steps)},
        {"workflowExecutionId": WORKFLOW},
    )


def test_a_clean_image_is_released(service: Service) -> None:
    scanned(service, "COMPLETED", [finding("CVE-2026-2222", "HIGH")])
    service.takes_an_answer()
    assert index.handler(event("ReleaseGate"), None)["action"] == "RESUME"
    assert service.answer["stepExecutionId"] == STEP
    assert service.answer["imageBuildVersionArn"] == IMAGE
    service.done()


def test_a_critical_vulnerability_on_any_page_stops_the_build(service: Service) -> None:
    scanned(service, "COMPLETED", [], [finding("CVE-2026-3333")])
    service.takes_an_answer()
    answer = index.handler(event("ReleaseGate"), None)
    assert answer == {"action": "STOP", "reason": "1 vulnerabilities block: CVE-2026-3333"}
    assert service.answer["action"] == "STOP"
    service.done()


def test_an_accepted_vulnerability_is_named_and_stops_nothing(service: Service) -> None:
    scanned(service, "COMPLETED", [finding("CVE-2026-1111")])
    service.takes_an_answer()
    answer = index.handler(event("ReleaseGate"), None)
    assert answer == {
        "action": "RESUME",
        "reason": "no vulnerability blocks; accepted: CVE-2026-1111",
    }


@pytest.mark.parametrize("status", ["FAILED", "ABANDONED", "TIMED_OUT"])
def test_a_scan_that_did_not_end_well_stops_the_build(service: Service, status: str) -> None:
    scanned(service, status)
    service.takes_an_answer()
    answer = index.handler(event("ReleaseGate"), None)
    assert answer["action"] == "STOP"
    assert status in answer["reason"]


@pytest.mark.parametrize("status", ["PENDING", "SCANNING", "COLLECTING"])
def test_a_scan_under_way_is_looked_at_again_and_answers_nothing(
    service: Service, status: str
) -> None:
    scanned(service, status)
    with pytest.raises(index.GateError, match=status):
        index.handler(event("ReleaseGate"), None)
    assert service.answer == {}


def test_an_image_that_nobody_scanned_is_not_released(service: Service) -> None:
    service.expect("imagebuilder", "get_image", {"image": {}}, {"imageBuildVersionArn": IMAGE})
    with pytest.raises(index.GateError):
        index.handler(event("ReleaseGate"), None)
    assert service.answer == {}


def test_a_finding_without_an_id_blocks_too(service: Service) -> None:
    scanned(service, "COMPLETED", [{"severity": "CRITICAL"}])
    service.takes_an_answer()
    assert index.handler(event("ReleaseGate"), None)["reason"].endswith("block: unknown")


def test_many_vulnerabilities_fit_into_a_reason() -> None:
    findings = [finding(f"CVE-2026-{number:05}" * 9) for number in range(300)]
    action, reason = index.decide(findings, [])
    assert action == "STOP"
    assert reason.startswith("300 vulnerabilities block: ")
    assert reason.endswith("and 290 more")


def test_a_new_image_demands_imdsv2(service: Service) -> None:
    """EC2.8."""
    created(
        service,
        {"action": "LaunchInstance", "status": "COMPLETED", "outputs": '{"instanceId": "i-1"}'},
        {"action": "CreateImage", "status": "COMPLETED", "outputs": json.dumps({"imageId": AMI})},
    )
    service.expect(
        "ec2",
        "modify_image_attribute",
        {},
        {"ImageId": AMI, "ImdsSupport": {"Value": "v2.0"}},
    )
    service.expect(
        "ec2",
        "describe_images",
        {"Images": [{"ImageId": AMI, "ImdsSupport": "v2.0"}]},
        {"ImageIds": [AMI]},
    )
    service.takes_an_answer()
    assert index.handler(event("RequireImdsv2"), None)["action"] == "RESUME"
    service.done()


@pytest.mark.parametrize("images", [[], [{"ImageId": AMI}]], ids=["gone", "without"])
def test_an_image_that_does_not_demand_it_stops_the_build(
    service: Service, images: list[dict[str, Any]]
) -> None:
    """EC2.8."""
    created(
        service,
        {"action": "CreateImage", "status": "COMPLETED", "outputs": json.dumps({"imageId": AMI})},
    )
    service.stubs["ec2"].add_response("modify_image_attribute", {})
    service.stubs["ec2"].add_response("describe_images", {"Images": images})
    service.takes_an_answer()
    assert index.handler(event("RequireImdsv2"), None)["action"] == "STOP"


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"action": "CreateImage", "status": "FAILED", "outputs": '{"imageId": "ami-1"}'}],
        [{"action": "CreateImage", "status": "COMPLETED"}],
    ],
    ids=["none", "failed", "silent"],
)
def test_a_workflow_without_an_image_stops(service: Service, steps: list[dict[str, Any]]) -> None:
    created(service, *steps)
    service.takes_an_answer()
    assert index.handler(event("RequireImdsv2"), None)["action"] == "STOP"


def test_a_step_of_somebody_else_is_not_answered(service: Service) -> None:
    with pytest.raises(index.GateError, match="unknown step 'Approve'"):
        index.handler(event("Approve"), None)
    assert service.answer == {}


def test_the_same_event_twice_is_one_answer(service: Service) -> None:
    tokens = []
    for _ in range(2):
        scanned(service, "COMPLETED", [])
        service.takes_an_answer()
        index.handler(event("ReleaseGate"), None)
        tokens.append(service.answer["clientToken"])
    assert tokens[0] == tokens[1]


def test_a_call_that_fails_answers_nothing(service: Service) -> None:
    service.stubs["imagebuilder"].add_client_error("get_image", "ThrottlingException")
    with pytest.raises(service.clients["imagebuilder"].exceptions.ClientError):
        index.handler(event("ReleaseGate"), None)
    assert service.answer == {}
