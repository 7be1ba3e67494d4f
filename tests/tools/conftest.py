"""What the checkers found nothing in, for all test files and processes of the run."""

from __future__ import annotations

import pytest

from tests.fast import Clean


@pytest.fixture(scope="session")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """Templates in which cfn-lint finds nothing."""
    return Clean(tmp_path_factory, "cfn-lint")


@pytest.fixture(scope="session")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """Policies in which iam-policy-validator finds nothing that fails."""
    return Clean(tmp_path_factory, "iam-validator")
