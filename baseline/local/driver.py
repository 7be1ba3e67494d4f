"""Synthesize and deploy with the pinned ``cdk`` command, the same one that deploys to AWS."""

import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from rich.console import Console

from baseline.errors import BaselineError
from baseline.local.access import Access
from baseline.local.environment import Tools, cdk_environment
from baseline.local.lifecycle import tail
from baseline.local.progress import FAILED, Progress
from baseline.local.state import State

CONCURRENCY = 4
"""Stacks that are deployed or deleted at the same time; the waves are dependencies between stacks."""

_FAILURE = ("Failed resources:", "❌", " ❌")
_NOISE = ("Source Location:", "(no user code", "[WARNING]")
_RELEVANT_LINES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Stack:
    """One stack of a cloud assembly; ``template`` is its file."""

    id: str
    name: str
    account: str
    region: str
    template: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """How a deployment went.

    Attributes:
        states: Stack name to ``done``, ``no changes``, ``failed`` or ``waiting``.
        seconds: Wall-clock time of the command.
        log: The command's complete output.
        problems: Its lines that tell what went wrong; empty when it ended well.
    """

    states: dict[str, str]
    seconds: float
    log: Path
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every stack is deployed."""
        return not self.problems


class Driver:
    """Runs ``cdk`` against the embedded AWS with the management account's keys.

    Args:
        access: The embedded AWS.
        tools: The repository's tools.
        state: Where assembly and logs go.
        configuration: The configuration file that the app reads.
    """

    def __init__(self, access: Access, tools: Tools, state: State, configuration: Path) -> None:
        self._tools = tools
        self._state = state
        self._configuration = configuration
        self._environment = cdk_environment(
            tools,
            endpoint=access.endpoint,
            credentials=access.credentials(access.management),
            region=access.region,
        )

    def synthesize(self, *, checks: bool = True) -> float:
        """Write the cloud assembly; give the seconds it took.

        Args:
            checks: Whether the rule packs and the template validator run; they take most of the time.

        Raises:
            BaselineError: The app failed; the message shows its last lines.
        """
        started = time.monotonic()
        log = self._state.log("synth")
        arguments = [
            *("synth", "--quiet", "--output", str(self._state.assembly)),
            *("--context", f"baseline:config={self._configuration}"),
            *(() if checks else ("--context", "baseline:nag=false")),
        ]
        status = self._cdk(arguments, log, extra={} if checks else {"CDK_VALIDATION": "false"})
        if status != 0:
            raise BaselineError(f"cdk synth ended with status {status}; {tail(log, 30)}")
        return time.monotonic() - started

    def stacks(self) -> tuple[Stack, ...]:
        """Give the stacks of the assembly in the order of their waves."""
        return read_stacks(self._state.assembly)

    def deploy(self, console: Console, *names: str, alone: bool = False) -> Deployment:
        """Deploy the stacks of the assembly, all of them or ``names`` (IDs), and show the progress.

        Args:
            console: Where the progress is shown.
            names: IDs of stacks; what they depend on is deployed before them.
            alone: Whether to leave out what they depend on.
        """
        selection = [*names, *(["--exclusively"] if alone else [])] if names else ["--all"]
        arguments = [
            *("deploy", *selection, "--app", str(self._state.assembly)),
            *("--require-approval", "never", "--concurrency", str(CONCURRENCY)),
            *("--progress", "events", "--ci"),
            *("--outputs-file", str(self._state.folder / "outputs.json")),
        ]
        return self._show("deploy", arguments, console)

    def destroy(self, console: Console, *names: str) -> Deployment:
        """Delete stacks (all, or ``names``); what is to be retained stays."""
        selection = list(names) or ["--all"]
        arguments = [
            *("destroy", *selection, "--app", str(self._state.assembly), "--force", "--ci"),
            *("--concurrency", str(CONCURRENCY)),
        ]
        return self._show("destroy", arguments, console)

    def _show(self, name: str, arguments: Sequence[str], console: Console) -> Deployment:
        started = time.monotonic()
        log = self._state.log(name)
        places = {stack.name: f"{stack.account} {stack.region}" for stack in self.stacks()}
        with Progress(console, places) as progress:
            status = self._cdk(arguments, log, progress.show)
        failed = status != 0 or FAILED in progress.states.values()
        return Deployment(
            states=progress.states,
            seconds=time.monotonic() - started,
            log=log,
            problems=relevant(log, status) if failed else (),
        )

    def _cdk(
        self,
        arguments: Sequence[str],
        log: Path,
        show: Callable[[str], None] = lambda _: None,
        extra: Mapping[str, str] | None = None,
    ) -> int:
        return run(
            [str(self._tools.cdk), *arguments],
            environment={**self._environment, **(extra or {})},
            folder=self._tools.root,
            log=log,
            show=show,
        )


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    show: Callable[[str], None] = lambda _: None,
) -> int:
    """Run a command, copy its output into ``log`` and hand each line to ``show``; give its exit status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as copy,
        subprocess.Popen(  # noqa: S603 the pinned cdk, no shell
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        for line in process.stdout or ():
            copy.write(line)
            copy.flush()
            show(line.rstrip("\n"))
    return process.returncode


def relevant(log: Path, status: int) -> tuple[str, ...]:
    """Give the lines of a failed command's log that tell why, the last ones if none does."""
    lines = [line.rstrip() for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = [line for line in lines if not line.strip().startswith(_NOISE)]
    first = next((at for at, line in enumerate(lines) if line.startswith(_FAILURE)), len(lines))
    telling = lines[first:][:_RELEVANT_LINES] or lines[-_RELEVANT_LINES:]
    return (*telling, f"cdk ended with status {status}; log: {log}")


def read_stacks(assembly: Path) -> tuple[Stack, ...]:
    """Give the stacks of a cloud assembly, each after those that it depends on.

    Raises:
        BaselineError: There is no assembly.
    """
    try:
        manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(
            f"no cloud assembly in {assembly}; run `baseline local deploy`"
        ) from error
    artifacts = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    order = TopologicalSorter(
        {
            name: [wanted for wanted in artifact.get("dependencies", ()) if wanted in artifacts]
            for name, artifact in artifacts.items()
        }
    )
    return tuple(_stack(assembly, name, artifacts[name]) for name in order.static_order())


def _stack(assembly: Path, name: str, artifact: Mapping[str, Any]) -> Stack:
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    return Stack(
        id=artifact.get("displayName", name),
        name=artifact["properties"].get("stackName", name),
        account=account,
        region=region,
        template=assembly / artifact["properties"]["templateFile"],
    )
