"""The site: everything is in its navigation and its reference, and it asks nobody else for anything."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from constructs import Construct
from ruamel.yaml import YAML

import baseline
from tests.support import ROOT

MKDOCS = ROOT / ".venv-docs" / "bin" / "mkdocs"
DOCS = ROOT / "docs"
NO_CONSTRUCTS = re.compile(r"^baseline\.(cli|config|local)\b|\.handlers\b")
GROUPS = ["Start", "Phase 1", "Phase 2", "Phase 3", "Reference", "Decisions"]


def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = YAML(typ="safe", pure=True).load(
        (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    )
    return settings


def _files(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from _files(entry)


def test_every_page_is_in_the_navigation_once() -> None:
    named = sorted(_files(_settings()["nav"]))
    there = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
    assert named == there


def test_the_navigation_has_the_order_of_the_journey() -> None:
    groups = [next(iter(group)) for group in _settings()["nav"]]
    assert [name.split(":")[0] for name in groups] == GROUPS


def constructs() -> dict[str, type[Construct]]:
    """Import the library and give its public constructs."""
    found: dict[str, type[Construct]] = {}
    for module in pkgutil.walk_packages(baseline.__path__, "baseline."):
        if NO_CONSTRUCTS.search(module.name):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            own = inspect.isclass(value) and value.__module__ == module.name
            if own and issubclass(value, Construct) and not name.startswith("_"):
                found[f"{module.name}.{name}"] = value
    return found


@pytest.fixture(scope="module")
def public() -> dict[str, type[Construct]]:
    return constructs()


def test_every_public_construct_is_in_the_reference(public: dict[str, type[Construct]]) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "api").glob("*.md"))
    named = re.findall(r"^::: (\S+)$", text, re.MULTILINE)
    assert len(named) == len(set(named))
    assert len(public) > 200
    assert sorted(public.keys() - set(named)) == []


def test_every_construct_documents_its_arguments(public: dict[str, type[Construct]]) -> None:
    missing = {}
    for name, construct in public.items():
        if "__init__" not in vars(construct):
            continue
        text = construct.__doc__ or ""
        arguments = list(inspect.signature(construct.__init__).parameters)[1:]
        left = [each for each in arguments if not re.search(rf"^ +{each}: ", text, re.MULTILINE)]
        if left:
            missing[name] = left
    assert missing == {}


class Requests(HTMLParser):
    """What a page makes a browser fetch from elsewhere: links that a person follows are none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        if tag == "link" and given.get("rel") in {"canonical", "next", "prev"}:
            return
        names = ("href",) if tag == "link" else ("src", "srcset", "data", "poster", "action")
        for name in names:
            if re.match(r"(https?:)?//", given.get(name) or ""):
                self.found.add(f"{tag} {given[name]}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with its warnings as errors: links, anchors, references."""
    if not MKDOCS.exists():
        pytest.skip("the documentation's environment is missing: make docs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [str(MKDOCS), "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={"NO_MKDOCS_2_WARNING": "1", "PATH": "/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


@pytest.mark.tools
def test_the_built_site_asks_nobody_else_for_anything(site: Path) -> None:
    found: dict[str, set[str]] = {}
    for page in site.rglob("*.html"):
        parser = Requests()
        parser.feed(page.read_text(encoding="utf-8"))
        if parser.found:
            found[str(page.relative_to(site))] = parser.found
    assert found == {}
    sheets = "\n".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\"']+", sheets) == []


@pytest.mark.tools
def test_the_built_site_has_every_page_and_a_search_index(site: Path) -> None:
    pages = {str(path.relative_to(DOCS).with_suffix(".html")) for path in DOCS.rglob("*.md")}
    built = {
        str(path.relative_to(site)).replace("index.html", "README.html")
        for path in site.rglob("*.html")
    }
    assert {page.replace("index.html", "README.html") for page in pages} <= built
    assert "break-glass" in (site / "search" / "search_index.json").read_text(encoding="utf-8")


@pytest.mark.tools
def test_docstrings_show_no_markup_of_another_language(site: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (site / "api").glob("*.html")]
    assert [re.findall(r":(?:class|func|meth|mod|attr|data):", page) for page in pages] == [
        []
    ] * len(pages)
