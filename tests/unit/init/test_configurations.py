"""Whatever is chosen, the file that is written passes `baseline validate`."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import yaml

from baseline.config import Configuration, Standalone, read
from baseline.config.regions import table
from baseline.errors import BaselineError
from baseline.init import values
from baseline.init.checked import check
from baseline.init.flags import Flags, keyed
from baseline.init.interview import organization, standalone
from baseline.init.questions import CONTROL_TOWER, EXTRAS, LOCK
from baseline.init.rendering import organization_file, scalar, standalone_file
from tests.unit.init.flags import ORGANIZATION, STANDALONE, changed

Given = dict[str, tuple[str, ...]]

REGIONS = (("eu-west-1",), ("eu-west-1", "eu-central-1", "us-east-1"))
BUDGETS = ("none", "20000")
YES_NO = ("yes", "no")
HOMES = [name for name, region in table().items() if not region.opt_in]


def given(flags: Given) -> Given:
    found = {flag: rows for flag, rows in flags.items() if "=" not in rows[0]}
    for flag in ("--account", "--account-email", "--contact"):
        rows = flags.get(flag, ())
        found |= keyed(flag, rows, [row.partition("=")[0] for row in rows])
    return found


def of_organization(flags: Given) -> str:
    source = Flags(given(flags))
    answers = organization(source)
    source.finish()
    return organization_file(answers, schema="baseline.schema.json")


def of_account(flags: Given) -> str:
    source = Flags(given(flags))
    answers = standalone(source)
    source.finish()
    return standalone_file(answers, schema="baseline.schema.json")


def loaded(text: str, folder: Path) -> Configuration | Standalone:
    file = folder / "baseline.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file)


@pytest.mark.parametrize(
    ("tower", "regions"), list(itertools.product(CONTROL_TOWER.choices, REGIONS)), ids=str
)
def test_every_choice_for_an_organization(
    tmp_path: Path, tower: str, regions: tuple[str, ...]
) -> None:
    every = itertools.product(LOCK.choices, YES_NO, BUDGETS, ((), tuple(EXTRAS.choices)))
    for lock, endpoints, dollars, extras in every:
        flags = changed(
            ORGANIZATION,
            control_tower=(tower,),
            region=regions,
            lock=(lock,),
            endpoints=(endpoints,),
            monthly_dollars=(dollars,),
            with_=extras or None,
        )
        found = loaded(of_organization(flags), tmp_path)
        assert isinstance(found, Configuration)
        assert (found.control_tower, found.regions) == (tower, regions)
        assert found.log_archive.object_lock_mode == lock
        assert bool(found.network.interface_endpoints) == (endpoints == "yes")
        assert found.billing.monthly_dollars == (None if dollars == "none" else 20000)
        on = {name for name in EXTRAS.choices if getattr(found.capabilities, name).enabled}
        assert on == set(extras)


@pytest.mark.parametrize("tower", list(CONTROL_TOWER.choices))
def test_the_guardrails_of_every_mode_fit_and_lock_nobody_out(tower: str) -> None:
    check(of_organization(changed(ORGANIZATION, control_tower=(tower,))))


def test_every_choice_for_one_account(tmp_path: Path) -> None:
    every = itertools.product(LOCK.choices, YES_NO, BUDGETS, REGIONS)
    for lock, network, dollars, regions in every:
        flags = changed(
            STANDALONE,
            lock=(lock,),
            network=(network,),
            monthly_dollars=(dollars,),
            region=regions,
        )
        found = loaded(of_account(flags), tmp_path)
        assert isinstance(found, Standalone)
        assert (found.log_archive.object_lock_mode, found.regions) == (lock, regions)
        assert (found.network is not None) == (network == "yes")


@pytest.mark.parametrize("home", list(table()))
def test_a_home_region_is_right_or_refused_at_once(tmp_path: Path, home: str) -> None:
    if home in HOMES:
        flags = changed(ORGANIZATION, home_region=(home,))
        assert loaded(of_organization(flags), tmp_path).home_region == home
    else:
        with pytest.raises(BaselineError, match=f"'{home}'"):
            values.home_region(home)


def test_the_safe_answers_are_the_defaults(tmp_path: Path) -> None:
    found = loaded(of_organization(ORGANIZATION), tmp_path)
    assert isinstance(found, Configuration)
    assert found.log_archive.object_lock_mode == "COMPLIANCE"
    bound = {path: found.guardrails_of(path) for path, _ in found.walk_units()}
    assert all("foundation" in names or "quarantine" in names for names in bound.values())
    assert found.notifications.critical == ("security@example.com",)


@pytest.mark.parametrize(
    "text", ["yes", "Null", "a: b", "x #y", "O'Neil", '"', "a,b", "{a}", "1e3", "0x1", "-", "ü"]
)
def test_a_name_reads_as_it_was(tmp_path: Path, text: str) -> None:
    file = tmp_path / "name.yaml"
    file.write_text(f"{{ name: {scalar(text)} }}\n", encoding="utf-8")

    assert yaml.safe_load(file.read_text(encoding="utf-8")) == {"name": text}
