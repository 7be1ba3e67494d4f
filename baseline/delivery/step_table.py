"""The steps of a delivery: one table, from which the pipeline and the files of other platforms come."""

from __future__ import annotations

from baseline.delivery import signing
from baseline.delivery.commands import Commands, Gate, Target
from baseline.delivery.steps import (
    BASE_VARIABLE,
    REPORTS,
    REVIEW,
    SCANS,
    Access,
    Content,
    Stage,
    Step,
)

VALIDATE = "baseline validate-template cdk.out --fail-on error --format junit"
_BASE = f"refs/remotes/origin/${BASE_VARIABLE}"


def delivery_steps(
    commands: Commands, gate: Gate, *, test: Target | None, production: Target
) -> tuple[Step, ...]:
    """Give the steps of a delivery in their order.

    Args:
        commands: what the repository runs.
        gate: what stops it.
        test: environment before production; None leaves its stage out.
        production: environment that is deployed to after an approval.
    """
    last = _deploy("Production", Stage.PRODUCTION, commands, production)
    return (
        *_checks(commands, gate),
        _build(commands),
        _sign(),
        *(_test(commands, gate, test) if test else ()),
        last,
    )


def change_steps(commands: Commands, checks: tuple[str, ...]) -> tuple[Step, ...]:
    """Give the steps of a change where nothing is delivered: it is checked, built and reviewed.

    Args:
        commands: what the repository runs; of these, what installs and synthesizes.
        checks: commands that come before, in place of linters and unit tests.
    """
    quality = Step(
        name="Quality", stage=Stage.CHECKS, title="Configuration and proofs", commands=checks
    )
    return (quality, _build(commands))


def _checks(commands: Commands, gate: Gate) -> tuple[Step, ...]:
    return (
        Step(
            name="Quality",
            stage=Stage.CHECKS,
            title="Linters and unit tests",
            commands=(f"mkdir -p {REPORTS}/unit", *commands.lint, *commands.test),
            junit=f"{REPORTS}/unit/*.xml",
        ),
        _scan("Sast", "Static analysis of the code", ("sast",), gate),
        _scan("Secrets", "Secrets in the repository", ("secrets",), gate),
        _scan(
            "Dependencies",
            "Vulnerabilities and licenses of dependencies",
            ("dependencies", "licenses"),
            gate,
        ),
        _scan("Sbom", "Software bill of materials", ("sbom",), gate),
    )


def _scan(name: str, title: str, kinds: tuple[str, ...], gate: Gate) -> Step:
    return Step(
        name=name,
        stage=Stage.CHECKS,
        title=title,
        commands=tuple(line for kind in kinds for line in _scanning(kind, ".", gate)),
        junit=f"{SCANS}/*/junit.xml",
        access=Access.FINDINGS,
    )


def _scanning(kind: str, target: str, gate: Gate) -> tuple[str, ...]:
    # A secret that was taken out again is still in the history that everybody clones.
    history = " --history" if kind == "secrets" else ""
    return (
        f"baseline scan tools install --scan {kind}",
        f"baseline scan {kind} {target} --output {SCANS}{history} {gate.options()}",
    )


def _build(commands: Commands) -> Step:
    return Step(
        name="Build",
        stage=Stage.BUILD,
        title="Synthesis, template rules, proofs, review",
        commands=(
            f"rm -rf .base {signing.FOLDER}",
            f"mkdir -p {REPORTS}/templates {REPORTS}/review {signing.FOLDER}",
            commands.synth,
            # First, so that people can read it although a rule stops the build.
            *_review(commands),
            _rules(commands),
            *commands.prove,
            f"cp -R {' '.join(commands.release)} {signing.FOLDER}/",
            signing.PACK,
        ),
        writes=Content.BUILD,
        outputs=(signing.ARCHIVE, f"{REPORTS}/**/*"),
        junit=f"{REPORTS}/templates/*.xml",
    )


def _rules(commands: Commands) -> str:
    line = f"{VALIDATE} --output {REPORTS}/templates/junit.xml"
    return f"{line} || test $? -eq 1" if commands.rules_at_synth else line


def _review(commands: Commands) -> tuple[str, ...]:
    """Compare with the assembly of the commit that the change is based on."""
    options = f" --config {commands.configuration}" if commands.configuration else ""
    return (
        # A platform that has fetched every branch already may keep no credentials for another fetch.
        f'git fetch --quiet --no-tags origin "+refs/heads/${BASE_VARIABLE}:{_BASE}" || true',
        f'base=$(git merge-base HEAD "{_BASE}")',
        # What is merged already is compared with what was there before it; the first commit with itself.
        'test "$base" != "$(git rev-parse HEAD)" || base=$(git rev-parse --verify --quiet HEAD~1 || echo "$base")',
        'git worktree add --quiet --force --detach .base "$base"',
        f"(cd .base && {commands.synth_base or commands.synth})",
        # Something to look at is for people to judge.
        f"baseline review .base/cdk.out cdk.out{options} --output {REVIEW} || test $? -eq 1",
    )


def _sign() -> Step:
    return Step(
        name="Sign",
        stage=Stage.SIGN,
        title="Manifest of the release, signed by AWS KMS",
        commands=signing.SIGN,
        reads=Content.BUILD,
        writes=Content.RELEASE,
        outputs=(signing.ARCHIVE,),
        tools=False,
        access=Access.SIGN,
    )


def _test(commands: Commands, gate: Gate, target: Target) -> tuple[Step, ...]:
    deploy = _deploy("Test", Stage.TEST, commands, target)
    if target.endpoint is None:
        return (deploy,)
    dast = Step(
        name="Dast",
        stage=Stage.TEST,
        title="Dynamic scan of the test environment",
        commands=_scanning("dast", target.endpoint, gate),
        junit=f"{SCANS}/*/junit.xml",
        access=Access.FINDINGS,
        after=True,
    )
    return (deploy, dast)


def _deploy(name: str, stage: Stage, commands: Commands, target: Target) -> Step:
    return Step(
        name=f"Deploy{name}",
        stage=stage,
        title=f"Verified, then deployed to {name.lower()}",
        commands=(
            *signing.VERIFY,
            f"cd {signing.FOLDER}",
            *commands.prepare,
            'export PATH="$PWD/node_modules/.bin:$PATH"',
            f"{commands.deploy} {target.selectors()}",
        ),
        reads=Content.RELEASE,
        tools=False,
        access=Access.DEPLOY,
        target=target,
    )
