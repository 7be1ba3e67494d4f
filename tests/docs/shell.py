"""The commands of a shell block: what stands in pipes, after ``&&`` and in ``$(...)``, too."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

PROMPT = "$ "
SUBSTITUTION = re.compile(r"\$\(([^()]+)\)")
SEPARATORS = {"|", "||", "&&", ";", "&", "(", ")"}
KEYWORDS = {"while", "do", "done", "if", "then", "else", "fi", "for"}
ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=.*")


def script_of(text: str, *, prompted: bool) -> str:
    """Give the script that a block is: of a console, the lines behind the prompt and what continues them.

    Args:
        text: the block.
        prompted: whether commands stand behind a prompt, between their output.
    """
    if not prompted:
        return text
    kept: list[str] = []
    continued = False
    for line in text.splitlines():
        if continued or line.startswith(PROMPT):
            kept.append(line.removeprefix(PROMPT))
            continued = line.rstrip().endswith("\\")
    return "\n".join(kept) + "\n"


def commands_of(script: str) -> list[list[str]]:
    """Give the words of each command of a script, without redirections, assignments and keywords."""
    return [list(words) for words in _commands(script)]


def _commands(script: str) -> Iterator[list[str]]:
    for line in script.replace("\\\n", " ").splitlines():
        for inner in SUBSTITUTION.findall(line):
            yield from _commands(inner)
        yield from _of_line(SUBSTITUTION.sub("SUBSTITUTED", line))


def _of_line(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    command: list[str] = []
    redirected = False
    for word in lexer:
        if redirected:
            redirected = False
        elif word in SEPARATORS:
            yield from _whole(command)
            command = []
        elif word in {"<", ">", ">>", "2>", "<<<"}:
            redirected = True
        elif command or not (ASSIGNMENT.fullmatch(word) or word in KEYWORDS):
            command.append(word)
    yield from _whole(command)


def _whole(command: list[str]) -> Iterator[list[str]]:
    if command:
        yield command
