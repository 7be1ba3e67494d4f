"""Template validation: the bucket of the rules (security account), hooks and their role (every account)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from baseline.config.names.core import CoreNames


@dataclass(frozen=True, kw_only=True, slots=True)
class HookNames(CoreNames):
    """Template validation: the bucket of the rules (security account), hooks and their role (every account)."""

    @property
    def rule_bucket(self) -> str:
        """Bucket of the Guard rules, which the organization reads (home Region)."""
        return f"{self.prefix}-guard-rules-{self.security}-{self.home_region}"

    @property
    def rule_key_pattern(self) -> str:
        """Pattern of the ARN of that bucket's key, whose ID follows from nothing."""
        return f"arn:{self.partition}:kms:{self.home_region}:{self.security}:key/*"

    @property
    def guard_hook_role(self) -> str:
        """Role with which the hooks of an account read the rules."""
        return f"{self.prefix}-guard-hook"

    @property
    def hook_organization(self) -> str:
        """First part of a hook's name: letters and digits, and never a word of AWS's own."""
        word = re.sub(r"[^A-Za-z0-9]", "", self.prefix)
        return f"Org{word}" if word.lower().startswith("aws") else word

    def guard_hook(self, document: str) -> str:
        """Give the name of a hook, such as ``secbase::Resource::Hook``."""
        return f"{self.hook_organization}::{document.capitalize()}::Hook"
