"""The cdk command sees the embedded AWS and nothing of the user's own AWS settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from baseline.errors import BaselineError
from baseline.local.access import Credentials
from baseline.local.environment import (
    Tools,
    cdk_environment,
    find_root,
    find_tools,
    server_environment,
)

TOOLS = Tools(
    root=Path("/repo"), node=Path("/wheel/bin/node"), cdk=Path("/repo/node_modules/.bin/cdk")
)
MANAGEMENT = Credentials(key="111111111111", secret="local")


def made(credentials: Credentials = MANAGEMENT) -> dict[str, str]:
    return cdk_environment(
        TOOLS, endpoint="http://localhost:4566", credentials=credentials, region="eu-west-1"
    )


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ROLE_ARN",
        "AWS_ENDPOINT_URL_S3",
        "CDK_DEFAULT_ACCOUNT",
        "HTTPS_PROXY",
        "http_proxy",
        "NODE_OPTIONS",
        "PYTHONPATH",
    ],
)
def test_nothing_of_the_users_shell_reaches_the_cdk_command(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "from-the-shell")

    assert name not in made()


def test_the_users_keys_do_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALACCOUNT")

    assert made()["AWS_ACCESS_KEY_ID"] == "111111111111"


def test_files_with_profiles_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/home/someone/.aws/config")

    assert made()["AWS_CONFIG_FILE"] == os.devnull
    assert made()["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_everything_goes_to_the_loopback_endpoint() -> None:
    environment = made()

    assert environment["AWS_ENDPOINT_URL"] == "http://localhost:4566"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert environment["CDK_DISABLE_CLI_TELEMETRY"] == "true"


def test_a_session_brings_its_token() -> None:
    session = Credentials(key="ASIAX", secret="s", token="t")

    assert made(session)["AWS_SESSION_TOKEN"] == "t"


def test_the_repositorys_tools_come_before_the_systems() -> None:
    environment = made()
    path = environment["PATH"].split(os.pathsep)

    assert path.index("/wheel/bin") < path.index("/usr/bin")
    assert path.index("/repo/node_modules/.bin") < path.index("/usr/bin")
    assert environment["JSII_NODE"] == "/wheel/bin/node"


def test_functions_of_the_server_find_the_sdk_for_node() -> None:
    assert server_environment(TOOLS)["NODE_PATH"] == "/repo/node_modules"


def test_the_root_is_the_nearest_folder_with_a_cdk_json(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    inside = tmp_path / "docs" / "adr"
    inside.mkdir(parents=True)

    assert find_root(inside) == tmp_path


def test_no_repository_is_said_with_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"no cdk\.json in .* run this inside the repository"):
        find_root(tmp_path)


def test_a_missing_cdk_names_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="run `make setup`"):
        find_tools(tmp_path)


def test_the_tools_of_this_repository_are_found() -> None:
    tools = find_tools(find_root(Path(__file__).parent))

    assert tools.node.is_file()
    assert tools.cdk.exists()
