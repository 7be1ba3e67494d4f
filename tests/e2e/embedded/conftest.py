"""A server of the embedded AWS with a small organization, and clients for it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support import ROOT

TEMPLATES = Path(__file__).parent / "templates"
MANAGEMENT = "111111111111"
ORGANIZATION = {
    "organization_id": "o-exampleorgid",
    "root_id": "r-exam",
    "management": {"id": MANAGEMENT, "email": "management@example.org", "name": "management"},
    "accounts": [
        {"id": "222222222222", "email": "logs@example.org", "name": "log-archive"},
        {"id": "333333333333", "email": "security@example.org", "name": "security"},
    ],
}


class Local:
    """The running server: its clients, its own pages, and stacks deployed into it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str, key: str = MANAGEMENT, region: str = "eu-west-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="local",
            region_name=region,
            config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
        )

    def post(self, path: str, body: object) -> Any:
        return self._page("POST", path, json.dumps(body))

    def get(self, path: str) -> Any:
        return self._page("GET", path)

    def _page(self, method: str, path: str, body: str | None = None) -> Any:
        connection = HTTPConnection(self.endpoint.removeprefix("http://"))
        connection.request(method, f"/_baseline/{path}", body)
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def deploy_file(self, name: str, account: str = MANAGEMENT, **values: str) -> dict[str, str]:
        """Deploy a file of ``templates`` with its capital words replaced; gives the physical IDs."""
        text = (TEMPLATES / f"{name}.json").read_text(encoding="utf-8")
        for word, value in values.items():
            text = text.replace(word, value)
        return self.succeed(name, json.loads(text), account)

    def succeed(self, name: str, resources: dict[str, Any], *place: str) -> dict[str, str]:
        """Create or update a stack, which has to succeed; gives the physical IDs."""
        status, references, failures = self.deploy(name, resources, *place)
        assert status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), failures
        return references

    def deploy(
        self,
        name: str,
        resources: dict[str, Any],
        account: str = MANAGEMENT,
        region: str = "eu-west-1",
    ) -> tuple[str, dict[str, str], str]:
        """Create or update a stack; gives its status, the physical IDs and the failures."""
        client = self.client("cloudformation", account, region)
        outputs = {logical_id: {"Value": {"Ref": logical_id}} for logical_id in resources}
        body = json.dumps({"Resources": resources, "Outputs": outputs})
        try:
            client.describe_stacks(StackName=name)
        except ClientError:
            client.create_stack(StackName=name, TemplateBody=body)
        else:
            client.update_stack(StackName=name, TemplateBody=body)
        stack = self._ended(client, name)
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if "_FAILED" in e["ResourceStatus"]]
        references = {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
        return stack["StackStatus"], references, "; ".join(reasons)

    def deploy_template(self, name: str, template: dict[str, Any], *place: str) -> tuple[str, str]:
        """Create a stack of a whole template; gives its status and the failures."""
        client = self.client("cloudformation", *place)
        client.create_stack(StackName=name, TemplateBody=json.dumps(template))
        status = str(self._ended(client, name)["StackStatus"])
        events = client.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [e["ResourceStatusReason"] for e in events if "_FAILED" in e["ResourceStatus"]]
        return status, "; ".join(reasons)

    def delete(self, name: str, account: str = MANAGEMENT, region: str = "eu-west-1") -> None:
        """Delete a stack, and wait until it is gone."""
        client = self.client("cloudformation", account, region)
        (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        client.delete_stack(StackName=name)
        for _ in range(1200):
            (stack,) = client.describe_stacks(StackName=stack["StackId"])["Stacks"]
            if (
                stack["StackStatus"].startswith("DELETE_")
                and "PROGRESS" not in stack["StackStatus"]
            ):
                break
            time.sleep(0.1)
        assert stack["StackStatus"] == "DELETE_COMPLETE"

    def _ended(self, client: Any, name: str) -> dict[str, Any]:
        stack: dict[str, Any] = {}
        for _ in range(1200):
            stack = client.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                break
            time.sleep(0.1)
        return stack


@pytest.fixture(scope="package")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    state = tmp_path_factory.mktemp("local") / "state.json"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    module = [sys.executable, "-m", "baseline.local.server"]
    with subprocess.Popen(
        [*module, "--port", str(port), "--state-file", str(state)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready http://localhost:{port}\n"
        running = Local(f"http://localhost:{port}")
        running.post("organization", ORGANIZATION)
        yield running
        process.terminate()
        assert process.wait(timeout=20) == 0
    assert not state.exists()
