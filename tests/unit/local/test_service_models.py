"""moto and the clients of the embedded AWS read the description of a service once."""

from __future__ import annotations

import botocore.loaders
import pytest

from baseline.local import emulators, internal, service_models


def test_moto_and_our_clients_share_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    utils = emulators.module("moto.core.utils")
    monkeypatch.setattr(utils, "create_loader", botocore.loaders.create_loader)
    before = utils._load_service_model("budgets", "service-2")

    service_models.share()
    session = internal._session()
    ours = session.get_component("data_loader").load_service_model("budgets", "service-2")

    assert utils._load_service_model("budgets", "service-2") is ours
    assert before is not ours
    assert before == ours
