"""What Systems Manager does by default in every account and governed Region."""

from __future__ import annotations

from pydantic import Field

from baseline.config.section import Section


def _switch(description: str) -> bool:
    # Typed as the value it stands for, as pydantic's own Field() is.
    switch: bool = Field(default=True, strict=True, description=f"{description} true by default.")
    return switch


class SystemsManagerSettings(Section):
    """Systems Manager: management of instances without credentials, and its own settings."""

    default_host_management: bool = _switch(
        "Default Host Management: instances without a profile that manages them get a role from Systems Manager, "
        "which needs IMDSv2 and agent 3.2.582."
    )
    block_public_documents: bool = _switch("Nobody shares a document with everybody.")
    automation_logs: bool = _switch("Output of automation scripts goes to CloudWatch Logs.")
    inventory: bool = _switch(
        "Software inventory of all managed instances, twice a day, collected in the log archive."
    )
