"""The embedded AWS calling itself: clients that no guardrail stops.

CloudFormation acts here with the power of its service, so the clients of the provisioners carry a
secret of this process; the router lets such calls pass without asking the guardrails.
"""

import functools
import secrets
import threading
from typing import Any

import botocore.session
from botocore.config import Config

from baseline.local import emulators, service_models

HEADER = "x-baseline-internal"
SECRET = secrets.token_hex(16)


# As many as a deployment uses again and again; an organization has more accounts than memory clients.
_KEPT_CLIENTS = 256
_LOCK = threading.Lock()


@functools.lru_cache(maxsize=_KEPT_CLIENTS)
def client(service: str, account: str, region: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """Give the boto3 client of a service in an account and Region of the embedded AWS.

    Args:
        service: botocore's service name, for example ``securityhub``.
        account: Account ID to act in.
        region: Region to act in.
    """
    with _LOCK:  # sessions make one client at a time
        made = _session().create_client(
            service,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key=SECRET,
            endpoint_url=endpoint(),
            config=Config(
                inject_host_prefix=False,
                read_timeout=900,
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        )
    made.meta.events.register("before-send", _sign)
    return made


@functools.cache
def _session() -> Any:  # noqa: ANN401 - botocore has no types
    """Give the session of all clients, which reads the description of each service once."""
    session = botocore.session.Session()
    session.register_component("data_loader", service_models.loader())
    return session


def endpoint() -> str:
    """Give the address of the one endpoint of this process."""
    return f"http://localhost:{emulators.port()}"


def _sign(request: Any, **_: object) -> None:  # noqa: ANN401 - boto3 has no types
    request.headers[HEADER] = SECRET
