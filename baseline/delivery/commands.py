"""What a repository runs in its delivery: the commands that differ between repositories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from baseline.config.forms import REFERENCE_PATTERN
from baseline.errors import BaselineError

Threshold = Literal["critical", "high", "medium", "low"]
PYTHON_TOOLS = "requirements/delivery.lock"
WORDS = re.compile(r"[A-Za-z0-9*][A-Za-z0-9_./*@-]*")
ACCOUNT = re.compile(r"[0-9]{12}")
CDK_QUALIFIER = "hnb659fds"
"""The qualifier of ``cdk bootstrap`` where none is chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Commands:
    """The commands of a repository; the defaults are those of a Python CDK app.

    Attributes:
        install: make the tools available, ``baseline`` among them. By default from lock files with
            hashes: of Python packages in ``requirements/delivery.lock``, of npm's (the CDK's
            command) in ``package-lock.json``, whose install scripts do not run.
        lint: fail on what the linters find.
        test: unit tests, which write JUnit XML below ``reports/``.
        synth: writes the cloud assembly into ``cdk.out`` of the folder that it runs in.
        synth_base: the same for the commit that a change is based on; ``synth`` by default.
        rules_at_synth: the synthesis stops at what the template rules find, and knows what is
            acknowledged; then the same rules over its templates are a report only. No by default.
        configuration: the baseline's configuration, whose proofs the review runs; ``baseline.yaml``
            by default, where there is one.
        prove: proofs beside the rules of ``baseline validate-template``; none by default.
        release: files and folders that are signed and deployed: the assembly, what pins the CDK's
            command, and its settings.
        prepare: installs what ``deploy`` needs, from the signed files only.
        deploy: deploys the stacks whose selectors follow it.
    """

    install: tuple[str, ...] = (
        f"python -m pip install --quiet --require-hashes --requirement {PYTHON_TOOLS}",
        "npm ci --ignore-scripts",
    )
    lint: tuple[str, ...] = ("ruff check .", "ruff format --check .")
    test: tuple[str, ...] = ("python -m pytest --junitxml=reports/unit/junit.xml",)
    synth: str = "cdk synth --quiet"
    synth_base: str | None = None
    rules_at_synth: bool = False
    configuration: str | None = None
    prove: tuple[str, ...] = ()
    release: tuple[str, ...] = ("cdk.out", "cdk.json", "package.json", "package-lock.json")
    prepare: tuple[str, ...] = ("npm ci --ignore-scripts",)
    deploy: str = "cdk deploy --app cdk.out --require-approval never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What stops a delivery.

    Attributes:
        threshold: severity from which a finding fails its stage; ``high`` by default.
        suppressions: file of accepted findings in the repository, each with reason and expiry; none
            by default.
        project: name that findings bear, the same from run to run; by default that of the folder
            that is scanned, which is the repository's where the platform names it so.

    Raises:
        BaselineError: a name is no plain word or path inside the repository.
    """

    threshold: Threshold = "high"
    suppressions: str | None = None
    project: str | None = None

    def __post_init__(self) -> None:
        """Refuse a file name that would be more than an argument."""
        if self.suppressions is not None:
            _word("suppressions", self.suppressions, "security/suppressions.yaml")
        if self.project is not None:
            _word("project", self.project, "acme-shop")

    def options(self) -> str:
        """Give the options of ``baseline scan`` that say so."""
        file = f" --suppressions {self.suppressions}" if self.suppressions else ""
        name = f" --project {self.project}" if self.project else ""
        return f"--threshold {self.threshold}{file}{name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An environment that is deployed to.

    Attributes:
        stacks: selectors of the stacks, such as ``Test/*``.
        accounts: IDs of its accounts, whose CDK bootstrap trusts the account of the pipeline; roles
            are made for these.
        endpoint: URL that the dynamic scan tests; of the test environment only, None by default.
        qualifier: qualifier of the bootstrap; that of the CDK by default.

    Raises:
        BaselineError: an account is none, a selector is no plain word, or the URL is not HTTPS.
    """

    stacks: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    endpoint: str | None = None
    qualifier: str = CDK_QUALIFIER

    def __post_init__(self) -> None:
        """Refuse what would deploy elsewhere or run as a command."""
        if not self.stacks:
            raise BaselineError("a target has no stacks; name at least one, such as 'Test/*'")
        for account in self.accounts:
            if not ACCOUNT.fullmatch(account):
                raise BaselineError(f"account {account!r} is no account ID; write its 12 digits")
        for selector in self.stacks:
            _word("stacks", selector, "Test/*")
        if self.endpoint is not None:
            _check_url(self.endpoint)

    def selectors(self) -> str:
        """Give the selectors as arguments, which the shell does not expand."""
        return " ".join(f"'{selector}'" for selector in self.stacks)


def checked_branch(branch: str) -> str:
    """Give the name of a branch that is one.

    Raises:
        BaselineError: it holds a wildcard, or what a shell or a platform would read as more.
    """
    if not re.fullmatch(REFERENCE_PATTERN, branch):
        raise BaselineError(f"branch {branch!r} is not one branch; write its name")
    return branch


def _word(name: str, value: str, example: str) -> None:
    if not WORDS.fullmatch(value) or ".." in value:
        raise BaselineError(
            f"{name} is {value!r}; write letters, digits and . _ / * @ - only, such as {example!r}"
        )


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    plain = re.fullmatch(r"https://[A-Za-z0-9.:/_-]+", url)
    if plain is None or not parts.hostname or parts.username is not None:
        raise BaselineError(
            f"endpoint is {url!r}; write a URL with https and without credentials or parameters"
        )
