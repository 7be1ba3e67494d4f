"""Readers: one function for each CloudFormation type that reads a resource back through boto3."""

import importlib
import pkgutil

from baseline.local.readers.table import READERS, Check, Place, Reader

__all__ = ["READERS", "Check", "Place", "Reader"]

for found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{found.name}")
