"""The questions of `baseline init` at a terminal: why, what it costs, an answer that is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from baseline.errors import BaselineError
from baseline.init import values
from baseline.init.flags import split
from baseline.init.interview import Many
from baseline.init.questions import Question

INDENT = 2
WIDTH = 100

_Value = TypeVar("_Value")


class Terminal:
    """Asks a person; what a flag has answered already is not asked.

    Args:
        console: where the questions are shown.
        given: values of flags, by the flag.
    """

    def __init__(self, console: Console, given: Mapping[str, tuple[str, ...]]) -> None:
        self._console = console
        self._given = given
        self._heading: tuple[str, Question | None] | None = None

    def welcome(self, directory: str) -> None:
        """Say what is about to happen, and how to leave."""
        self._console.print(
            f"The first files of a security baseline, in [bold]{escape(directory)}[/].\n"
            "Enter takes what stands in brackets, a choice also goes by its number. Nothing is "
            "written before the last answer: Ctrl-C leaves everything as it is."
        )

    def one(
        self,
        question: Question,
        check: values.Check,
        *,
        default: str | None = None,
        suggested: str | None = None,
    ) -> str:
        """Ask until the answer is right."""
        if (rows := self._given.get(question.flag)) is not None:
            return _checked(question, lambda: check(rows[-1]))
        words = list(question.choices)

        def read(text: str) -> str:
            return check(_word(text, words))

        return self._ask(question, read, default if default is not None else suggested)

    def many(
        self,
        question: Question,
        check: Many,
        *,
        default: Sequence[str] | None = None,
        suggested: Sequence[str] | None = None,
    ) -> tuple[str, ...]:
        """Ask until all parts of the answer are right."""
        if (rows := self._given.get(question.flag)) is not None:
            return _checked(question, lambda: check(split(rows)))
        words = list(question.choices)

        def read(text: str) -> tuple[str, ...]:
            named = [] if text.lower() == "none" else split([text])
            return check([_word(part, words) for part in named])

        proposed = default if default is not None else suggested
        shown = None if proposed is None else ", ".join(proposed) or "none"
        return self._ask(question, read, shown)

    def section(self, title: str, question: Question | None = None) -> None:
        """Begin a group of questions; it is shown with the first that is asked."""
        self._heading = title, question

    def note(self, text: str) -> None:
        """Tell what was found."""
        self._begin()
        self._console.print(Padding(Text(f"found  {text}", style="green"), (0, 0, 0, INDENT)))

    def finish(self) -> None:
        """Accept: every answer was checked when it was given."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: the person has seen what was found."""
        return ()

    def _ask(
        self, question: Question, read: Callable[[str], _Value], default: str | None
    ) -> _Value:
        self._begin()
        self._console.print()
        self._console.print(Text(question.text, style="bold"))
        self._explain(question)
        if question.choices:
            self._console.print(Padding(_choices(question), (0, 0, 0, INDENT)))
        while True:
            prompt = Text.assemble("> " if default is None else f"[{default}] > ", style="dim")
            text = self._console.input(prompt).strip() or (default or "")
            if not text:
                self._complain("an answer is needed; Ctrl-C leaves without writing anything")
                continue
            try:
                return read(text)
            except BaselineError as error:
                self._complain(str(error))

    def _begin(self) -> None:
        if self._heading is None:
            return
        title, question = self._heading
        self._heading = None
        self._console.print()
        self._console.rule(Text(title, style="bold"), align="left", style="cyan")
        if question is not None:
            self._explain(question)

    def _explain(self, question: Question) -> None:
        if question.why:
            self._console.print(Padding(Text(question.why, style="dim"), (0, 0, 0, INDENT)))
        if question.cost:
            line = Text.assemble(("costs  ", "yellow"), (question.cost, "dim"))
            self._console.print(Padding(line, (0, 0, 0, INDENT)))

    def _complain(self, text: str) -> None:
        self._console.print(Padding(Text(text, style="red"), (0, 0, 0, INDENT)))


def _choices(question: Question) -> Table:
    table = Table.grid(padding=(0, 2))
    for place, (word, meaning) in enumerate(question.choices.items(), 1):
        table.add_row(f"{place}", Text(word, style="cyan"), meaning)
    return table


def _word(text: str, words: Sequence[str]) -> str:
    """Give the choice that a number, or the word in any case, means."""
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(words):
        return words[int(text) - 1]
    return next((word for word in words if word.lower() == text.lower()), text)


def _checked(question: Question, check: Callable[[], _Value]) -> _Value:
    try:
        return check()
    except BaselineError as error:
        raise BaselineError(f"{question.flag}: {error}") from None
