"""Measure the account settings: throughput and memory, in the embedded AWS.

Usage: ``python bench/settings.py [--accounts N]``. Prints one line of JSON.

The reconciler runs as it is deployed: its state machine, its functions in processes of their own,
every call over HTTP. What is left out is CloudFormation: roles, functions and state machine are
made through their APIs, because a deployment would take longer than the measurement. Two runs
follow each other, over a tenth of the accounts and over all of them; memory is flat when the largest
function of the second run is as large as that of the first. The emulators hold the state of every
account, so their own memory is not part of it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
import threading
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
from botocore.credentials import Credentials
from rich.console import Console

from baseline.config import Names
from baseline.local import administration, lifecycle
from baseline.local.session import Session
from baseline.settings import account_settings, account_sweep
from baseline.settings.sweep_definition import definition
from baseline.settings.sweep_permissions import NAMESPACE
from baseline.settings.sweep_runs import Clients, run
from baseline.settings.wanted import environment_text, wanted_settings

ROOT = Path(__file__).resolve().parents[1]
FIRST_ID = 700_000_000_000
BUCKET = "bench-reports"
CONCURRENCY = 4
JOINING = 25  # accounts in one request, which has a time limit
SAMPLE_SECONDS = 0.25
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


class Bench:
    """The embedded AWS with an organization of many accounts and the reconciler in it."""

    def __init__(self, folder: Path, accounts: int) -> None:
        self.accounts = accounts
        self.session = Session.open(
            self._configuration(folder), state=folder / "state", console=Console(stderr=True)
        )
        self.names = Names.of(self.session.configuration)
        access = self.session.access(lifecycle.free_port(0))
        self.server = lifecycle.start(
            self.session.state, self.session.tools, self.session.file, access
        )

    def prepare(self) -> None:
        """Create the organization, the settings role of each account, and the reconciler."""
        configuration, access = self.session.configuration, self.session.access()
        whole = administration.organization(configuration)
        for joined in range(0, len(whole["accounts"]) + JOINING, JOINING):
            some = whole | {"accounts": whole["accounts"][:joined]}
            access.page("/_baseline/organization", some)
        organizations = access.client("organizations", access.management, access.region)
        service = "access-analyzer.amazonaws.com"
        organizations.enable_aws_service_access(ServicePrincipal=service)
        organizations.register_delegated_administrator(
            AccountId=self.names.security, ServicePrincipal=service
        )
        for iam in self._everywhere("iam"):
            iam.create_role(
                RoleName=self.names.settings_role, AssumeRolePolicyDocument=json.dumps(TRUST)
            )
        self._deploy()

    def run(self, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Run the reconciler; give its numbers, its seconds and the largest function in MiB."""
        stop, sizes = threading.Event(), list[int]()
        watch = threading.Thread(target=self._watch, args=(stop, sizes))
        watch.start()
        started = time.perf_counter()
        report = run(
            Clients(states=self._client("stepfunctions"), s3=self._client("s3")),
            self.names.settings_machine_arn,
            {"dry_run": False, **given},
        )
        seconds = time.perf_counter() - started
        stop.set()
        watch.join()
        return {"summary": report["summary"], "seconds": seconds, "mib": max(sizes) / 1024}

    def stop(self) -> None:
        """End the embedded AWS."""
        lifecycle.stop(self.session.state)

    def _configuration(self, folder: Path) -> Path:
        lines = (
            f"  bench-{n}: {{id: '{FIRST_ID + n}', email: aws-bench-{n}@example.com, "
            "ou: Workloads/Test}\n"
            for n in range(self.accounts)
        )
        text = (ROOT / "baseline.yaml").read_text(encoding="utf-8")
        path = folder / "baseline.yaml"
        path.write_text(
            text.replace("\nmembers:\n", f"\nmembers:\n{''.join(lines)}"), encoding="utf-8"
        )
        return path

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        return self.session.access().client(service, self.names.security, self.names.home_region)

    def _everywhere(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Give one client, which acts in one account after the other; one for each takes minutes."""
        switch = Credentials("none", "embedded")
        core = botocore.session.Session()
        core.register_component(
            "credential_provider", SimpleNamespace(load_credentials=lambda: switch)
        )
        endpoint = self.session.access().endpoint
        client = core.create_client(service, region_name="us-east-1", endpoint_url=endpoint)
        for account in self.session.configuration.all_accounts():
            if account[1].id is not None:
                switch.access_key = account[1].id
                yield client

    def _deploy(self) -> None:
        configuration, names = self.session.configuration, self.names
        self._client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": names.home_region}
        )
        reports = {"BUCKET": BUCKET, "NAMESPACE": NAMESPACE, "SWEEP": names.settings_machine}
        arns = {
            "AccountFunction": self._function(
                "account",
                account_settings.HANDLER,
                "handler",
                ROLE=names.settings_role,
                PARTITION=names.partition,
                HOME_REGION=names.home_region,
                REGIONS=",".join(configuration.regions),
                WANTED=environment_text(wanted_settings(configuration)),
            ),
            "ListFunction": self._function(
                "list",
                account_sweep.HANDLER,
                "list_accounts",
                BUCKET=BUCKET,
                DRY_RUN="false",
                EXCLUDED="",
                MANAGEMENT=names.management,
            ),
            "ReportFunction": self._function(
                "report", account_sweep.HANDLER, "write_report", **reports
            ),
        }
        text = definition(max_concurrency=CONCURRENCY, timeout_seconds=900)
        for name, value in {**arns, "Bucket": BUCKET}.items():
            text = text.replace(f"${{{name}}}", value)
        role = self._role("bench-machine")
        self._client("stepfunctions").create_state_machine(
            name=names.settings_machine, definition=text, roleArn=role
        )

    def _role(self, name: str) -> str:
        iam = self._client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        return str(made["Role"]["Arn"])

    def _function(self, name: str, folder: Path, entry: str, **environment: str) -> str:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for file in folder.glob("*.py"):
                archive.write(file, file.name)
        made = self._client("lambda").create_function(
            FunctionName=name,
            Role=self._role(f"bench-{name}"),
            Runtime="python3.14",
            Handler=f"index.{entry}",
            Code={"ZipFile": body.getvalue()},
            Timeout=900,
            Environment={"Variables": environment},
        )
        return str(made["FunctionArn"])

    def _watch(self, stop: threading.Event, sizes: list[int]) -> None:
        """Collect the size of every process that the server has started, in KiB."""
        while not stop.wait(SAMPLE_SECONDS):
            sizes.extend(_children(self.server.pid))


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(
                line.split(":", 1) for line in entry.read_text("utf-8").splitlines() if ":" in line
            )
        except OSError:  # it has ended
            continue
        if int(fields["PPid"]) == parent and "VmRSS" in fields:
            found.append(int(fields["VmRSS"].split()[0]))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1000, help="member accounts (1000)")
    options = parser.parse_args()
    os.chdir(ROOT)
    boto3.setup_default_session()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), options.accounts)
        try:
            started = time.perf_counter()
            bench.prepare()
            prepared = time.perf_counter() - started
            tenth = [str(FIRST_ID + n) for n in range(options.accounts // 10)]
            first = bench.run(accounts=tenth)
            second = bench.run()
        finally:
            bench.stop()
    regions = len(bench.session.configuration.regions)
    result = {
        "accounts": second["summary"]["accounts"],
        "regions": regions,
        "failed": first["summary"]["failed"] + second["summary"]["failed"],
        "seconds": round(second["seconds"], 1),
        "accounts_per_second": round(second["summary"]["accounts"] / second["seconds"], 1),
        "prepared_seconds": round(prepared, 1),
        "mib_of_a_tenth": round(first["mib"], 1),
        "mib": round(second["mib"], 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
