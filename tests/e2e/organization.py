"""The deployed organization of the end-to-end tests, and what a test does with it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baseline.config import Names
from baseline.local.access import Access
from baseline.local.driver import Deployment
from baseline.local.session import Session
from baseline.local.verify import Report


@dataclass(frozen=True, slots=True)
class Organization:
    """The deployed organization, and what a test does with it."""

    session: Session
    first: Deployment

    @property
    def access(self) -> Access:
        """The way in."""
        return self.session.access()

    @property
    def names(self) -> Names:
        """The physical names."""
        return Names.of(self.session.configuration)

    @property
    def home(self) -> str:
        """The home Region."""
        return self.session.configuration.home_region

    def client(self, service: str, account: str, region: str = "", *, role: str = "") -> Any:
        """Give a client, by default of the account's administrator at home."""
        return self.access.client(service, account, region or self.home, role=role)

    def deploy(self, *stacks: str) -> Deployment:
        """Synthesize and deploy what the configuration file says now, all or these stacks alone.

        What a file gave before is taken again, except for all stacks.
        """
        driver, kept = self.session.driver(), self._kept()
        assembly = self.session.state.assembly
        if stacks and kept.exists():
            shutil.rmtree(assembly)
            shutil.copytree(kept, assembly, symlinks=True)
        else:
            driver.synthesize(checks=False)
            self.keep_assembly()
        return driver.deploy(self.session.console, *stacks, alone=bool(stacks))

    def keep_assembly(self) -> None:
        """Keep the assembly that the configuration file gave."""
        kept = self._kept()
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.session.state.assembly, kept, symlinks=True)

    def _kept(self) -> Path:
        text = self.session.file.read_bytes()
        return self.session.state.folder / "kept" / hashlib.sha256(text).hexdigest()

    def verify(self) -> Report:
        """Read everything back."""
        return self.session.verify()

    @contextmanager
    def changed(self, text: str, replacement: str) -> Iterator[None]:
        """Change the configuration file for a while."""
        original = self.session.file.read_text(encoding="utf-8")
        assert text in original
        self.session.file.write_text(original.replace(text, replacement), encoding="utf-8")
        try:
            yield
        finally:
            self.session.file.write_text(original, encoding="utf-8")
