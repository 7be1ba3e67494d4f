"""The steps of Firewall Manager, which has one administrator for all Regions, named in us-east-1.

Its policies can be made once the administrator is ready: Firewall Manager makes a role in every
account first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from apicalls import Api, RefusedError
from desired import Desired
from organization_steps import is_administrator

NAME = "Firewall Manager"
READY = "READY"
LEAVING = ("PENDING_DELETION", "DELETING")


def firewall_administrator(desired: Desired, api: Api) -> Iterator[str]:
    """Name the default administrator of Firewall Manager."""
    wanted = desired.firewall_administrator
    if not wanted or _administers(wanted, api):
        return
    try:
        api.call("fms", "associate_admin_account", AdminAccount=wanted)
    except RefusedError as refused:
        # One error code for everything that is not possible: look who was named in the meantime.
        if not api.becomes_visible(partial(_administers, wanted, api)):
            raise
        if not refused.unanswered:
            return
    yield f"{NAME} administrator {wanted}"


def pending_firewall_administrator(desired: Desired, api: Api) -> list[str]:
    """Give the administrator that is not ready yet: naming one is asynchronous."""
    wanted = desired.firewall_administrator
    if not wanted or _answer(api).get("RoleStatus") == READY:
        return []
    return [f"{NAME} administrator {wanted}"]


def _administers(account: str, api: Api) -> bool:
    found = _answer(api)
    current, status = found.get("AdminAccount"), found.get("RoleStatus")
    if current is None or status == "DELETED":
        return False
    if status in LEAVING:
        raise RefusedError(
            f"{NAME} is still removing its administrator {current}: deploy again when that is done, "
            f"so that {account} can follow"
        )
    return is_administrator(account, [current], NAME)


def _answer(api: Api) -> dict[str, str]:
    # ResourceNotFound: there is no administrator.
    return api.call("fms", "get_admin_account", accept=("ResourceNotFound",)) or {}
