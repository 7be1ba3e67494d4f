"""What a rotation changes besides the secret: nothing, a database user, or a third party's token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory

from aws_cdk import aws_iam as iam

from baseline.errors import BaselineError
from baseline.workload.database import HardenedDatabase
from baseline.workload.database_engines import AURORA

HANDLER = Path(__file__).parent / "handlers" / "rotation"
USER = re.compile(r"[a-z_][a-z0-9_]{0,30}")
DATABASE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
SETTING = re.compile(r"ADAPTER_[A-Z0-9_]+")
MODULE = "adapter.py"
OWN_MODULES = frozenset(path.name for path in HANDLER.glob("*.py"))


@dataclass(frozen=True, kw_only=True)
class DatabaseUser:
    """A user of an Aurora PostgreSQL cluster, whose password rotates through the RDS Data API.

    The function needs no driver, no VPC and no way to the database's port. It signs in as the
    master user, whose secret RDS makes and rotates, makes the user where there is none, and sets
    the verifier of the new password: the password itself is in no statement, and so in no log of
    the database. The new password is tried before it is put into use. What the user may do is
    granted by whoever owns the schema.

    Clients that hold the previous password are refused from the second step on and read the secret
    again.

    Attributes:
        database: the cluster; its Data API is switched on.
        username: name of the user.
        name: database that the user signs in to.

    Source: Amazon Aurora User Guide, "Using the Amazon RDS Data API".
    """

    database: HardenedDatabase
    username: str
    name: str

    def __post_init__(self) -> None:
        """Refuse names that mean something in SQL, and an engine that would see the password."""
        if self.database.port != AURORA["aurora-postgresql"].port:
            raise BaselineError(
                "DatabaseUser rotates users of aurora-postgresql; take HostedDatabase for "
                "aurora-mysql, whose statements hold the password"
            )
        for name, value, form in (("username", self.username, USER), ("name", self.name, DATABASE)):
            if not form.fullmatch(value):
                raise BaselineError(
                    f"{name} is {value!r}; it has small letters, digits and _, and no digit first"
                )


@dataclass(frozen=True, kw_only=True)
class OwnAdapter:
    """A team's own adapter: a module that knows how a third party makes and ends its tokens.

    The folder has ``adapter.py``, standard library and boto3 only, with::

        def create(current: str | None, *, token: str) -> str: ...   # the new value
        def apply(pending: str) -> None: ...    # set it where it is checked; optional
        def check(pending: str) -> None: ...    # raise where it is not accepted; optional
        def revoke(previous: str) -> None: ...  # end the value before the current one; optional

    ``create`` gets and gives the rotated part, ``apply`` and ``check`` get the whole secret. Each
    may be called again after a failure: ``token`` is the same then, so that ``create`` can find
    what it made; ``revoke`` takes an unknown value as success. What is raised is logged without
    the value. The current value stays good when it is replaced, until the next rotation.

    Nobody knows the first value but the third party: a person enters it after the deployment, and
    the first rotation comes after the first period.

    Attributes:
        folder: with ``adapter.py`` and what it imports.
        settings: environment variables named ``ADAPTER_...``; never secrets.
        statements: what the function may do besides.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    statements: Sequence[iam.PolicyStatement] = ()

    def __post_init__(self) -> None:
        """Refuse a folder without the module, or with one that hides ours."""
        if not (self.folder / MODULE).is_file():
            raise BaselineError(f"{self.folder} has no {MODULE}; docs/workload.md shows one")
        hidden = sorted(
            OWN_MODULES.intersection(path.name for path in self.folder.iterdir()) - {"__init__.py"}
        )
        if hidden:
            raise BaselineError(
                f"{self.folder} has {', '.join(hidden)}, which the rotation has too; rename it"
            )
        wrong = sorted(name for name in self.settings if not SETTING.fullmatch(name))
        if wrong:
            raise BaselineError(f"settings has {', '.join(wrong)}; names start with ADAPTER_")


@contextmanager
def rotation_code(adapter: DatabaseUser | OwnAdapter | None) -> Iterator[Path]:
    """Give the folder of the function: ours, with the modules of an own adapter beside.

    The CDK copies it when the function is made; it is gone afterwards.
    """
    if not isinstance(adapter, OwnAdapter):
        yield HANDLER
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        for path in (*HANDLER.glob("*.py"), *adapter.folder.glob("*.py")):
            copy2(path, folder / path.name)
        yield folder
