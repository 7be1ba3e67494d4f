"""Which end-to-end tests follow one another on one worker, and what starts first.

``--dist loadgroup`` of xdist writes a group behind the ID of a test. Since pytest 9.2 such an ID
has parts and is no text, so the group is lost and each worker deploys an organization of its own.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

FOLDER = "tests/e2e"
SHARED, EMBEDDED = "organization", "embedded"
ALONE = ("test_without_network.py", "test_standalone.py", "test_workload.py")
"""Files with an embedded AWS of their own, those that take longest first."""

LAST = "test_destroy.py"
_ORDER = (SHARED, *ALONE, EMBEDDED)


def group_of(test: str) -> str:
    """Give the group of a test by its ID or its file, below the repository.

    Files of one organization are a group, as those of the small embedded AWS; a file with one of
    its own is alone.
    """
    file = PurePosixPath(test.partition("::")[0])
    if file.parent.name == EMBEDDED:
        return EMBEDDED
    return file.name if file.name in ALONE else SHARED


def rank(file: PurePosixPath) -> tuple[int, bool]:
    """Give what the files are sorted by: the longest group first, what destroys the organization last in it."""
    return _ORDER.index(group_of(str(file))), file.name == LAST


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker whole groups, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
