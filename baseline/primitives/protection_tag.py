"""The tag by which guardrails recognize what belongs to the baseline."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import IConstruct

TAG_KEY: Final = "SecurityBaseline"
TAG_VALUE: Final = "protected"
# An account's tags say whose it is; a tag of the baseline would say that the account is part of it.
UNTAGGED: Final = ("AWS::Organizations::Account",)


def mark_protected(scope: IConstruct) -> None:
    """Tag every resource below a construct ``SecurityBaseline=protected``, where its type takes tags.

    The guardrail ``protect-baseline-tags`` lets deployers and the emergency role alone change what
    bears the tag. Accounts are left out.

    Args:
        scope: an app, stack or construct.
    """
    cdk.Tags.of(scope).add(TAG_KEY, TAG_VALUE, exclude_resource_types=list(UNTAGGED))
