"""Releases are signed and verified by the very commands of the pipeline, run by a shell.

AWS KMS is a local key behind an `aws` that knows the real command's options from botocore's model.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from baseline.delivery import signing
from baseline.delivery.steps import script

AWS = """#!{python}
import base64, pathlib, sys
import botocore.session
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

service, command, *options = sys.argv[1:]
assert service == "kms"
given = dict(zip(options[::2], options[1::2], strict=True))
query, output = given.pop("--query"), given.pop("--output")
model = botocore.session.get_session().get_service_model("kms")
operation = model.operation_model(command.title())
named = {{"".join(part.title() for part in key[2:].split("-")): value for key, value in given.items()}}
members = operation.input_shape.members
assert set(named) <= set(members), named
for key, value in named.items():
    assert not members[key].__dict__.get("enum") or value in members[key].enum, (key, value)
assert set(operation.input_shape.required_members) <= set(named)
assert query in operation.output_shape.members and output == "text"
read = lambda value: pathlib.Path(value.removeprefix("fileb://")).read_bytes()
assert named["KeyId"] == "arn:key" and named["MessageType"] == "DIGEST"
assert named["SigningAlgorithm"] in members["SigningAlgorithm"].enum
digest = read(named["Message"])
assert len(digest) == 32
key = serialization.load_pem_private_key(pathlib.Path("{key}").read_bytes(), None)
how = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
if command == "sign":
    print(base64.b64encode(key.sign(digest, how)).decode())
else:
    try:
        key.public_key().verify(read(named["Signature"]), digest, how)
    except InvalidSignature:
        sys.exit("KMSInvalidSignatureException")
    print("True")
"""

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tools, and a release that the commands have signed, made once."""
    folder = tmp_path_factory.mktemp("signed")
    tools, work = folder / "tools", folder / "work"
    tools.mkdir()
    (work / "release/cdk.out/asset.1/.hidden").mkdir(parents=True)
    (work / "release/cdk.out/manifest.json").write_text("{}")
    (work / "release/cdk.out/asset.1/manifest.sha256").write_text("a file of that name")
    (work / "release/cdk.out/asset.1/.hidden/a file").write_text("hidden")
    key = folder / "key.pem"
    subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)],
        check=True,
        capture_output=True,
    )
    aws = tools / "aws"
    aws.write_text(AWS.format(python=sys.executable, key=key))
    aws.chmod(0o755)

    for commands in ((signing.PACK,), signing.SIGN):
        done = _run(work, tools, commands, "1234abcd")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shell(signed: Path, tmp_path: Path) -> Shell:
    """Run commands as a build does, in a copy of the folder with the signed release."""
    shutil.copytree(signed / "work", tmp_path / "work")
    shutil.copy(signed / "key.pem", tmp_path)

    def run(
        commands: Sequence[str], *, commit: str = "1234abcd"
    ) -> subprocess.CompletedProcess[str]:
        return _run(tmp_path / "work", signed / "tools", commands, commit)

    return run


def _run(
    work: Path, tools: Path, commands: Sequence[str], commit: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"(\n{script(tuple(commands))}\n)"],
        cwd=work,
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "SIGNING_KEY": "arn:key",
            "RELEASE_COMMIT": commit,
        },
        check=False,
        capture_output=True,
        text=True,
    )


CLEAN = "rm -rf release"


def changed(*commands: str) -> tuple[str, ...]:
    """Change the signed release as somebody would who can write artifacts."""
    return (CLEAN, signing.UNPACK, *commands, signing.PACK, CLEAN)


def test_what_was_signed_is_deployed(shell: Shell) -> None:
    done = shell((CLEAN, *signing.VERIFY, "cat release/cdk.out/manifest.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{}"


def test_the_manifest_has_the_hash_of_every_file(shell: Shell) -> None:
    lines = shell(("cat release/manifest.sha256",)).stdout.splitlines()
    assert [line.split("  ")[1] for line in lines] == [
        "./cdk.out/asset.1/.hidden/a file",
        "./cdk.out/asset.1/manifest.sha256",
        "./cdk.out/manifest.json",
        "./release.commit",
    ]
    assert all(len(line.split("  ")[0]) == 64 for line in lines)


CHANGES = {
    "a file changed": ("echo x >> release/cdk.out/manifest.json",),
    "a file added": ("echo x > release/cdk.out/more.json",),
    "a hidden file added": ("echo x > release/.npmrc",),
    "a file taken away": ("rm release/cdk.out/manifest.json",),
    "a file of the manifest's name changed": ("echo x > release/cdk.out/asset.1/manifest.sha256",),
    "a link added": ("ln -s /etc/passwd release/cdk.out/link",),
    "a file that is a link now": (
        "mv release/cdk.out/manifest.json ..; ln -s ../../../manifest.json release/cdk.out/",
    ),
    "the manifest written anew": (
        "echo x >> release/cdk.out/manifest.json",
        "cd release",
        "sed -i '/cdk.out.manifest.json/d' manifest.sha256",
        "sha256sum ./cdk.out/manifest.json >> manifest.sha256",
        "cd ..",
    ),
    "no signature": ("rm release/manifest.sig",),
    "a signature of something else": ("head -c 70 /dev/urandom > release/manifest.sig",),
    "the commit of another run": ("echo 9999ffff > release/release.commit",),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_else_is_not(shell: Shell, change: tuple[str, ...]) -> None:
    assert shell(changed(*change)).returncode == 0
    done = shell((*signing.VERIFY, "echo deployed"))
    assert done.returncode != 0
    assert "deployed" not in done.stdout


def test_an_older_release_is_not_deployed_in_place_of_this(shell: Shell) -> None:
    done = shell((CLEAN, *signing.VERIFY, "echo deployed"), commit="5678abcd")
    assert done.returncode != 0
    assert "deployed" not in done.stdout


def test_a_release_with_links_is_not_signed(shell: Shell) -> None:
    assert shell(changed("ln -s /etc/passwd release/link")).returncode == 0
    assert shell(signing.SIGN).returncode != 0


def test_openssl_verifies_with_the_public_key_alone(shell: Shell) -> None:
    done = shell(
        (
            "openssl ec -in ../key.pem -pubout -out ../public.pem 2>/dev/null",
            "cd release",
            "openssl dgst -sha256 -verify ../../public.pem -signature manifest.sig manifest.sha256",
        )
    )
    assert done.stdout == "Verified OK\n"
