"""Names below ``localhost``, which not every machine resolves: S3 Control puts the account before it.

A folder of its own, because Python imports the ``sitecustomize`` in it by itself where the folder is
on its path: in the server and in the functions that it runs.
"""

from baseline.local.loopback.sitecustomize import install

__all__ = ["install"]
