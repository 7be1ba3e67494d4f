"""What the ``cdk`` command says while it deploys, as events, and a table of them on the terminal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

_RESOURCE = re.compile(
    r"^(?P<stack>\S+) \|\s*(?P<done>\d+)(?:/(?P<total>\d+))? \| [^|]+ \|"
    r" (?P<state>[A-Z_]+) +\| (?P<type>\S+) +\| (?P<resource>.*\S)"
)
_DEPLOYING = re.compile(
    r"^(?:(?P<id>\S+) \()?(?P<stack>[^\s():]+)\)?: (?P<what>deploying|destroying)\.\.\."
)
_DONE = re.compile(
    r"^ ?✅ +(?:\S+ \()?(?P<stack>[^\s():]+)\)?(?:: (?P<destroyed>destroyed))?(?P<same> \(no changes\))?$"
)
_FAILED = re.compile(r"^ ?❌ +(?:\S+ \()?(?P<stack>[^\s():]+)\)?(?::| failed:?)\s*(?P<reason>.*)")

WAITING, RUNNING, DONE, UNCHANGED, FAILED = "waiting", "deploying", "done", "no changes", "failed"
_WIDEST = 44
_STYLES = {WAITING: "dim", RUNNING: "yellow", DONE: "green", UNCHANGED: "green", FAILED: "bold red"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One step of a stack.

    Attributes:
        stack: Name of the stack.
        state: One of ``deploying``, ``done``, ``no changes``, ``failed``.
        detail: The resource or the reason, empty if there is none.
        done: Number of resources that are finished, 0 when the line says nothing about it.
        failure: Whether the detail tells of a resource that failed.
    """

    stack: str
    state: str
    detail: str = ""
    done: int = 0
    failure: bool = False


def parse(line: str) -> Event | None:
    """Read one line of ``cdk deploy --progress events``; None for a line that is about no stack."""
    if found := _RESOURCE.match(line):
        failure = found["state"].endswith("_FAILED")
        return Event(
            stack=found["stack"],
            state=RUNNING,
            detail=f"{found['state']} {found['type']} {found['resource']}"
            if failure
            else found["type"],
            done=int(found["done"]),
            failure=failure,
        )
    if found := _DEPLOYING.match(line):
        return Event(stack=found["stack"], state=RUNNING)
    if found := _DONE.match(line):
        return Event(stack=found["stack"], state=UNCHANGED if found["same"] else DONE)
    if found := _FAILED.match(line):
        return Event(stack=found["stack"], state=FAILED, detail=found["reason"])
    return None


class Progress:
    """Shows stacks and their states: a live table on a terminal, one line for each change elsewhere.

    Args:
        console: Where to show it.
        stacks: Names of the stacks in their order, each with its account and Region.
    """

    def __init__(self, console: Console, stacks: Mapping[str, str]) -> None:
        self._console = console
        self._places = dict(stacks)
        self._last: dict[str, Event] = {name: Event(stack=name, state=WAITING) for name in stacks}
        self._live = Live(console=console, refresh_per_second=4) if console.is_terminal else None

    def __enter__(self) -> Self:
        """Start to show."""
        if self._live:
            self._live.start()
            self._live.update(self._table())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture on the terminal."""
        if self._live:
            self._live.update(self._table())
            self._live.stop()

    @property
    def states(self) -> dict[str, str]:
        """The state of each stack."""
        return {name: event.state for name, event in self._last.items()}

    def show(self, line: str) -> None:
        """Show what one line of the command says."""
        event = parse(line)
        if event is None:
            return
        before = self._last.get(event.stack)
        if before is not None and event.state == RUNNING and event.done < before.done:
            event = Event(stack=event.stack, state=RUNNING, detail=event.detail, done=before.done)
        self._last[event.stack] = event
        if self._live:
            self._live.update(self._table())
        elif before is None or before.state != event.state:
            self._console.print(f"  {event.stack:<38} {event.state}", style=_STYLES[event.state])

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=True, show_edge=False)
        columns = (self._places, self._places.values(), _STYLES)
        for title, texts in zip(("stack", "account, Region", "state"), columns, strict=True):
            # Only the last column gives way where the terminal is narrow.
            width = max((len(text) for text in texts), default=0)
            table.add_column(title, no_wrap=True, min_width=min(width, _WIDEST))
        table.add_column("", overflow="ellipsis", no_wrap=True, style="dim")
        for name, event in self._last.items():
            detail = (
                f"{event.done} resources, {event.detail}"
                if event.state == RUNNING
                else event.detail
            )
            state = Text(event.state, style=_STYLES[event.state])
            table.add_row(name, self._places.get(name, ""), state, detail if event.detail else "")
        return table
