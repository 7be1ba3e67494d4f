"""HostedDatabase: AWS's own rotation of a database user, inside the database's VPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager

from baseline.errors import BaselineError

Engine = Literal["docdb", "mariadb", "mysql", "oracle", "postgres", "redshift", "sqlserver"]
BUILDERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "docdb": ("mongo_db_single_user", "mongo_db_multi_user"),
        "mariadb": ("maria_db_single_user", "maria_db_multi_user"),
        "mysql": ("mysql_single_user", "mysql_multi_user"),
        "oracle": ("oracle_single_user", "oracle_multi_user"),
        "postgres": ("postgre_sql_single_user", "postgre_sql_multi_user"),
        "redshift": ("redshift_single_user", "redshift_multi_user"),
        "sqlserver": ("sql_server_single_user", "sql_server_multi_user"),
    }
)
"""What the secret calls the engine, to the CDK's names of its rotations.

``docdb`` rotates as MongoDB does. Source: AWS Secrets Manager User Guide, "JSON structure of AWS
Secrets Manager secrets".
"""

NEEDED = {"oracle": ("host", "dbname")}
DEFAULT_NEEDED = ("host",)
UNSAFE_CHARACTERS = " %+~`#$&*()|[]{}:;<>?!'/@\"\\"
"""Characters that connection strings and SQL read otherwise."""


@dataclass(frozen=True, kw_only=True)
class HostedDatabase:
    """AWS's function changes the password in the database, and in the secret.

    With ``administrator`` two users take turns, so that clients keep signing in with the one while
    the password of the other changes; without, a user changes its own password, and clients are
    refused for the moment between the two.

    Attributes:
        engine: as the secret calls it; the key ``engine`` of the document is written.
        vpc: the VPC of the database.
        subnets: private subnets from which the database and Secrets Manager can be reached.
        security_group: of the function; the database admits it, such as by ``clients``.
        document: other keys of the secret: ``username``, ``host`` and for Oracle ``dbname``;
            ``port``, ``dbname`` and, for docdb, ``ssl`` where they are not the default.
        administrator: secret of a user who may change the others; None for one user.

    Source: AWS Secrets Manager User Guide, "Rotation strategies", "Rotation function templates".
    """

    engine: Engine
    vpc: ec2.IVpc
    subnets: Sequence[ec2.ISubnet]
    security_group: ec2.ISecurityGroup
    document: Mapping[str, str]
    administrator: secretsmanager.ISecret | None = None

    def __post_init__(self) -> None:
        """Refuse public subnets, and a document from which no function could sign in."""
        public = {subnet.node.path for subnet in self.vpc.public_subnets}
        named = sorted(subnet.node.path for subnet in self.subnets if subnet.node.path in public)
        if named or not self.subnets:
            raise BaselineError(
                f"subnets holds {', '.join(named) or 'nothing'}; pass private subnets, from which "
                "the database and Secrets Manager are reached"
            )
        needed = ("username", *NEEDED.get(self.engine, DEFAULT_NEEDED))
        missing = [key for key in needed if not self.document.get(key)]
        if missing:
            raise BaselineError(
                f"document has no {', '.join(missing)}; the rotation of {self.engine} signs in with "
                f"{', '.join(needed)}"
            )
        for key in ("engine", "masterarn", "password"):
            if key in self.document:
                raise BaselineError(f"document holds {key}, which is written for you; leave it out")

    def template(self) -> dict[str, str]:
        """Give the keys of the secret beside the password."""
        made = {**self.document, "engine": "mongo" if self.engine == "docdb" else self.engine}
        if self.administrator is not None:
            made["masterarn"] = self.administrator.secret_arn
        return made

    def rotation(self) -> secretsmanager.HostedRotation:
        """Give the rotation as the CDK takes it."""
        single, multi = BUILDERS[self.engine]
        options: dict[str, Any] = {
            "vpc": self.vpc,
            "vpc_subnets": ec2.SubnetSelection(subnets=list(self.subnets)),
            "security_groups": [self.security_group],
            "exclude_characters": UNSAFE_CHARACTERS,
        }
        types = secretsmanager.HostedRotation
        if self.administrator is None:
            made: secretsmanager.HostedRotation = getattr(types, single)(**options)
        else:
            made = getattr(types, multi)(master_secret=self.administrator, **options)
        return made
