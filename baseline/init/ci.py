"""The file of a platform that checks each change: the steps of a delivery before the merge."""

from __future__ import annotations

import shlex

from baseline.delivery.commands import Commands, checked_branch
from baseline.delivery.platform_files import github_actions, gitlab_ci
from baseline.delivery.step_table import change_steps
from baseline.init.place import Place


def ci_file(platform: str, place: Place, *, organization: bool, branch: str) -> str:
    """Give the text of the file.

    Args:
        platform: ``github`` or ``gitlab``.
        place: where the configuration and the stacks are.
        organization: whether there are guardrails to prove.
        branch: branch that changes go to.

    Raises:
        BaselineError: the branch is none.
    """
    commands = _commands(platform, place)
    folder = place.from_root(place.directory)
    checks = [*([] if folder == "." else [f"cd {folder}"]), "baseline validate"]
    if organization:
        checks.append("baseline guardrails test")
    steps = change_steps(commands, tuple(checks))
    written = f"baseline init --ci {platform}"
    if platform == "github":
        return github_actions(steps, commands, branch=checked_branch(branch), written=written)
    return gitlab_ci(steps, commands, branch=checked_branch(branch), written=written)


def _commands(platform: str, place: Place) -> Commands:
    folder, source = place.from_root(place.directory), place.from_root(place.source)
    synth = "cdk synth --quiet"
    if folder != ".":
        # Seen from the folder with baseline.yaml, and from that of the base beside it alike.
        out = shlex.quote(f"{place.from_directory(place.root)}/cdk.out")
        synth = f"(cd {folder} && {synth} --output {out})"
    return Commands(
        install=_install(platform, source),
        synth=synth,
        rules_at_synth=True,
        # The commit that brings the configuration has none before it: it is compared with itself.
        synth_base=f"if test -f {folder}/cdk.json && test -f {folder}/baseline.yaml; then {synth};"
        " else cp -R ../cdk.out cdk.out; fi",
        configuration=None if folder == "." else f"{folder}/baseline.yaml",
        release=("cdk.out",),
    )


def _install(platform: str, source: str) -> tuple[str, ...]:
    tools = f'"$PWD"/{source}/.venv/bin'
    command = f'"$PWD"/{source}/node_modules/.bin'
    node = f'"$PWD"/{source}/.venv/lib/node'
    setup = "make setup" if source == "." else f"make -C {source} setup"
    if platform == "github":
        # Each step of a job has a shell of its own.
        return (
            setup,
            f'echo {tools} >> "$GITHUB_PATH"',
            f'echo {command} >> "$GITHUB_PATH"',
            f'echo JSII_NODE={node} >> "$GITHUB_ENV"',
        )
    return (setup, f'export PATH={tools}:{command}:"$PATH" JSII_NODE={node}')
