"""The commands of ``baseline local``: each does one thing and gives what it did."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from baseline.config import Configuration, Names, Standalone, read
from baseline.config.expansion import expanded
from baseline.errors import BaselineError
from baseline.local import administration, kept_people, kept_settings, lifecycle
from baseline.local.access import Access
from baseline.local.bootstrap import bootstrap
from baseline.local.driver import Deployment, Driver
from baseline.local.environment import Tools, find_root, find_tools
from baseline.local.state import Server, State
from baseline.local.verify import Report, verify

DEFAULT_PORT = 4566
STATE_FOLDER = ".baseline-local"


class FailedError(BaselineError):
    """The input was right, but what was asked for did not succeed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One configuration and the embedded AWS that it is deployed to.

    Attributes:
        configuration: The configuration; of a standalone account, as the smallest organization.
        file: Its file.
        tools: The repository's tools.
        state: What is remembered between two commands.
        console: Where progress is shown.
        seconds: Time that each step took, by its name.
    """

    configuration: Configuration
    file: Path
    tools: Tools
    state: State
    console: Console
    seconds: dict[str, float] = field(default_factory=dict)
    _ways_in: dict[int, Access] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, file: Path, *, state: Path | None, console: Console) -> Self:
        """Read the configuration and find the tools.

        Args:
            file: The configuration file.
            state: Folder for what is remembered; by default ``.baseline-local`` in the repository.
            console: Where progress is shown.

        Raises:
            ConfigurationError: The configuration has problems.
            BaselineError: A tool is missing.
        """
        found = read(file)
        configuration = expanded(found) if isinstance(found, Standalone) else found
        root = find_root()
        folder = (state or root / STATE_FOLDER).resolve()
        return cls(
            configuration=configuration,
            file=file.resolve(),
            tools=find_tools(root),
            state=State(folder),
            console=console,
        )

    @property
    def alone(self) -> bool:
        """Whether it is one account without an organization."""
        return Names.of(self.configuration).standalone

    def access(self, port: int | None = None) -> Access:
        """Give the way into the running server, or a new one to what will listen on ``port``.

        It keeps its clients, of which one verification makes hundreds.

        Raises:
            FailedError: No port is given and no server runs.
        """
        if port is None:
            server = self.state.read()
            if server is None:
                raise FailedError(
                    "the embedded AWS does not run; start it with `baseline local up`"
                )
            if server.port in self._ways_in:
                return self._ways_in[server.port]
            port = server.port
        management = self.configuration.accounts.management.id
        rescue = self.configuration.break_glass
        self._ways_in[port] = Access(
            port,
            management=management,
            region=self.configuration.home_region,
            emergency=(rescue.role, rescue.users[0] if rescue.create and rescue.users else ""),
        )
        return self._ways_in[port]

    def driver(self) -> Driver:
        """Give what runs ``cdk`` for this configuration."""
        return Driver(self.access(), self.tools, self.state, self.file)

    def account_names(self) -> dict[str, str]:
        """Give the name of each account by its ID: the configuration's, and those created since."""
        names: dict[str, str] = {}
        if self.alone:
            return {self.configuration.accounts.management.id: "account"}
        if self.state.read() is not None:
            access = self.access()
            organizations = access.client("organizations", access.management, access.region)
            pages = organizations.get_paginator("list_accounts").paginate()
            names = {each["Id"]: each["Name"] for page in pages for each in page["Accounts"]}
        core = self.configuration.core_accounts().items()
        return names | {account.id: name for name, account in core}

    def up(self, port: int = DEFAULT_PORT) -> Server:
        """Start the server if it does not run, and create the organization if it is not there."""
        with self.timed("start"), failures():
            server = self.state.read()
            if server is None:
                access = self.access(lifecycle.free_port(port))
                server = lifecycle.start(self.state, self.tools, self.file, access)
            created: tuple[str, ...] = ()
            if not self.alone:
                created = administration.found_organization(self.configuration, self.access())
            administration.create_emergency_roles(self.configuration, self.access())
        what = f"organization {self.configuration.organization.id}, {len(created)} accounts added"
        if self.alone:
            what = f"account {self.configuration.accounts.management.id}, no organization"
        self.console.print(
            f"embedded AWS at {self.access().endpoint} (process {server.pid}), {what}"
        )
        return server

    def bootstrap(self) -> int:
        """Bootstrap the core accounts; give how many were not bootstrapped before."""
        done = 0
        names = self.account_names()
        with self.timed("bootstrap"), failures():
            results = bootstrap(self.configuration, self.access(), self.tools, self.state)
            for target, changed in results:
                done += changed
                said = "bootstrapped" if changed else "is bootstrapped already"
                self.console.print(f"  {names[target.account]:<16} {target.region:<14} {said}")
        return done

    def synthesize(self, *, checks: bool = True) -> None:
        """Write the cloud assembly, by default with all rule packs."""
        with self.timed("synth"), failures():
            self.driver().synthesize(checks=checks)
        self.console.print(
            f"{len(self.driver().stacks())} stacks synthesized in {self.seconds['synth']:.1f} s"
        )

    def deploy(self) -> Deployment:
        """Deploy the assembly and move the adopted members into their OUs.

        Raises:
            FailedError: ``cdk`` failed; the message shows why and where its output is.
        """
        with self.timed("deploy"), failures():
            deployment = self.driver().deploy(self.console)
            if not deployment.ok:
                raise FailedError("\n".join(("cdk deploy failed", *deployment.problems)))
        if self.alone:
            self._keep_settings()
            return deployment
        with self.timed("members"), failures():
            moves = administration.place_members(self.configuration, self.access())
            for move in moves:
                self.console.print(f"  {move.name} ({move.account}) moved to {move.unit}")
            administration.wait_for_stack_sets(self.access(), self.configuration.home_region)
        self._keep_settings()
        self._assign_people()
        return deployment

    def _keep_settings(self) -> None:
        """Let the settings' state machine visit every account, which a deployment in AWS starts.

        Raises:
            FailedError: An account failed; the message names it and why.
        """
        with self.timed("settings"), failures():
            report = kept_settings.reconcile(self.configuration, self.access())
        self._say_swept("account settings", report)

    def _assign_people(self) -> None:
        """Let the assignment job visit every account, which a deployment in AWS starts.

        Raises:
            FailedError: An account failed; the message names it and why.
        """
        with self.timed("people"), failures():
            report = kept_people.assign(self.configuration, self.access())
        if report is not None:
            self._say_swept("assignments of units", report)

    def _say_swept(self, what: str, report: dict[str, Any]) -> None:
        numbers = report["summary"]
        self.console.print(
            f"{what}: {numbers['accounts']} accounts visited, {numbers['changed']} changed,"
            f" {numbers['failed']} failed"
        )
        failed = [each for each in report["accounts"] if each["state"] == "failed"]
        if failed:
            why = "; ".join(f"{each['account']['id']}: {_reason(each)}" for each in failed)
            raise FailedError(f"{what} failed in {why}")

    def verify(self) -> Report:
        """Read everything back and compare it."""
        with self.timed("verify"), failures():
            report = verify(
                self.access(),
                expected_stacks=self.driver().stacks(),
                governed=self.configuration.regions,
            )
            people = () if self.alone else kept_people.read_back(self.configuration, self.access())
            kept = (*kept_settings.read_back(self.configuration, self.access()), *people)
            return replace(report, findings=report.findings + kept)

    def status(self) -> dict[str, Any]:
        """Give what runs: server, organization with its accounts, stacks with their states."""
        server = self.state.read()
        if server is None:
            return {"running": False, "log": str(self.state.server_log)}
        access = self.access()
        with failures():
            accounts = self._accounts()
            stacks = [
                {name: stack[name] for name in ("account", "region", "stack", "status", "reason")}
                | {"resources": len(stack["resources"])}
                for stack in access.page("/_baseline/resources")
            ]
        return {
            "running": lifecycle.healthy(access),
            "pid": server.pid,
            "endpoint": access.endpoint,
            "log": str(self.state.server_log),
            "configuration": server.configuration,
            "organization": None if self.alone else self.configuration.organization.id,
            "accounts": accounts,
            "stacks": stacks,
        }

    def _accounts(self) -> list[dict[str, Any]]:
        if self.alone:
            account = self.configuration.accounts.management
            row = {"id": account.id, "name": "account", "email": account.email}
            return [{**row, "status": "ACTIVE"}]
        access = self.access()
        organizations = access.client("organizations", access.management, access.region)
        pages = organizations.get_paginator("list_accounts").paginate()
        return [
            {name.lower(): account[name] for name in ("Id", "Name", "Email", "Status")}
            for page in pages
            for account in page["Accounts"]
        ]

    def down(self, *, purge: bool) -> Server | None:
        """Stop the server; everything in it is gone. With ``purge`` remove logs and assembly too."""
        server = lifecycle.stop(self.state)
        if purge:
            self.state.purge()
        return server

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Remember how long a step took."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step] = time.monotonic() - started


def _reason(account: Mapping[str, Any]) -> str:
    """Give why an account failed."""
    notes = [row["note"] for row in account["rows"] if row["state"] == "failed"]
    return " ".join([*notes, account.get("error", ""), account.get("cause", "")]).strip()[:500]


@contextmanager
def failures() -> Iterator[None]:
    """Turn errors of the run into ``FailedError``, which is no fault of the input."""
    try:
        yield
    except FailedError:
        raise
    except (BaselineError, ClientError, BotoCoreError, OSError) as error:
        raise FailedError(str(error)) from error
