"""`baseline scan import`: the findings of scans into Security Hub, the reports into the archive."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baseline.delivery.scans.running import ScanError
from baseline.errors import BaselineError

if TYPE_CHECKING:
    from baseline.delivery.scans.importing import Imported

FINDINGS = 1
WRONG_INPUT = 2
SHOWN = 20


def import_(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The --output folder of the scans.")
    ],
    *,
    bucket: Annotated[
        str | None, typer.Option(help="Bucket that keeps the reports, with their SHA-256.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Start of the keys in the bucket.")] = "scans/",
    bucket_owner: Annotated[
        str | None, typer.Option(help="Account that the bucket has to belong to.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.")] = None,
    region: Annotated[str | None, typer.Option(help="Region of Security Hub.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Import the findings into Security Hub, resolve those that are gone, and keep the reports.

    Importing the same scans again changes nothing but times. Exit status: 0 done, 1 Security Hub
    refused a finding, 2 wrong input or no access.
    """
    # boto3 takes long to load, and the scans do without it.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        done, kept = _run(
            folder,
            bucket=bucket,
            prefix=prefix,
            owner=bucket_owner,
            profile=profile,
            region=region,
        )
    except BaselineError as error:
        _stop(str(error))
    except ClientError as error:
        answer = error.response["Error"]
        _stop(f"AWS refused {error.operation_name}: {answer['Code']}: {answer.get('Message', '')}")
    except BotoCoreError as error:
        _stop(f"AWS: {error}")
    if as_json:
        typer.echo(json.dumps({**asdict(done), "archived": kept}, indent=2))
    else:
        _show(done, kept, bucket)
    if done.failed:
        raise typer.Exit(FINDINGS)


def _run(
    folder: Path,
    *,
    bucket: str | None,
    prefix: str,
    owner: str | None,
    profile: str | None,
    region: str | None,
) -> tuple[Imported, list[str]]:
    import boto3  # noqa: PLC0415 - as above
    from botocore.config import Config  # noqa: PLC0415

    from baseline.delivery.scans.importing import (  # noqa: PLC0415
        archive,
        import_findings,
        scan_folders,
    )
    from baseline.delivery.scans.reports import Origin  # noqa: PLC0415

    scans = scan_folders(folder)
    session = boto3.Session(profile_name=profile, region_name=region)
    if session.region_name is None:
        raise ScanError("no Region is set; give --region NAME or AWS_REGION")
    # Security Hub takes ten imports a second.
    patient = Config(retries={"mode": "adaptive", "max_attempts": 8})
    arn = session.client("sts").get_caller_identity()["Arn"]
    origin = Origin(
        account=arn.split(":")[4], region=session.region_name, partition=arn.split(":")[1]
    )
    kept: list[str] = []
    if bucket is not None:
        client: Any = session.client("s3", config=patient)
        kept = archive(client, scans, bucket=bucket, prefix=prefix, owner=owner)
    hub = session.client("securityhub", config=patient)
    return import_findings(hub, scans, origin, dt.datetime.now(dt.UTC)), kept


def _show(done: Imported, kept: list[str], bucket: str | None) -> None:
    for row in done.failed[:SHOWN]:
        typer.echo(f"refused {row['id']}: {row['code']}: {row['message']}")
    if len(done.failed) > SHOWN:
        typer.echo(f"and {len(done.failed) - SHOWN} more; --json gives all of them")
    typer.echo(
        f"{done.imported} imported, {done.resolved} resolved, {done.accepted} accepted, "
        f"{done.reopened} opened again, {len(done.failed)} refused"
    )
    if bucket is None:
        typer.echo("the reports were not kept: no --bucket was given")
    for key in kept:
        typer.echo(f"kept s3://{bucket}/{key}")


def _stop(line: str) -> None:
    typer.echo(line, err=True)
    raise typer.Exit(WRONG_INPUT)
