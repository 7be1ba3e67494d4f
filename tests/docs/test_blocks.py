"""Every fenced code block of README.md and docs/ is executed, or says in a comment why it is not.

A page that needs something else than the example writes it: see ``COMMENT`` in ``blocks.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, Block, blocks_of
from tests.docs.execution import execute, reads_assembly
from tests.support import ROOT

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Give a page's copy of the example: its blocks follow each other in it."""
    made: dict[Path, Path] = {}

    def copy(page: Path) -> Path:
        if page not in made:
            made[page] = tmp_path_factory.mktemp(page.stem) / "baseline"
            shutil.copytree(FILES, made[page])
            for name in ("baseline.yaml", "cdk.json", "app.py", "Makefile"):
                shutil.copy(ROOT / name, made[page] / name)
            shutil.copytree(ROOT / "examples", made[page] / "examples")
        return made[page]

    return copy


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block(
    block: Block,
    copies: Callable[[Path], Path],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = copies(block.page)
    if reads_assembly(block) and not (folder / "cdk.out").exists():
        (folder / "cdk.out").symlink_to(request.getfixturevalue("assembly"))
    monkeypatch.chdir(folder)
    execute(block, folder)
