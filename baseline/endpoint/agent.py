"""EndpointAgent: the agent on every machine of an account and Region, and proof that it runs."""

from __future__ import annotations

import json

from aws_cdk import aws_config as config
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from baseline.config import Names
from baseline.config.endpoint import Endpoint
from baseline.controls.registry import implements
from baseline.endpoint.package import Package
from baseline.endpoint.preset import Preset
from baseline.endpoint.script import linux_script, windows_script

SCHEDULE = "rate(1 day)"
ALL_INSTANCES = "*"
PREFIX = "packages"
"""Start of the object keys in the bucket of the package."""

MAXIMUM_CONCURRENCY = "20%"
MAXIMUM_ERRORS = "20%"
"""A fifth of the machines at a time; when a fifth fails, the others are left as they are."""

CHECK_SECONDS = 300
REQUIRED_APPLICATIONS = "EC2_MANAGEDINSTANCE_APPLICATIONS_REQUIRED"
CONTROLS = ("SSM.3",)


class EndpointAgent(Construct):
    """Each machine gets the agent, is looked at every day, and is reported where it has none.

    A Distributor package holds the scripts and the vendor's installer; Systems Manager compares
    each file with the hash in the manifest before it runs. One association installs and then looks
    whether the services run, so a stopped agent is started again and a missing one is not
    compliant. The token is in no document and no parameter: the machine fetches it from Secrets
    Manager with its own role.

    Each account has documents of its own, from one bucket. Sharing one document ends at 1,000
    accounts. Nothing is removed from machines when the stack goes.

    Args:
        scope: parent construct; once per account and Region.
        id: construct ID.
        names: names of the baseline.
        package: what is installed.
        settings: target, severity and secret of the token.

    Attributes:
        package: the ``CfnDocument`` of the package.
        document: the ``CfnDocument`` that installs and checks.
        association: the ``CfnAssociation``.
        rules: the ``CfnConfigRule`` of each platform.

    Source: AWS Systems Manager User Guide, "AWS Systems Manager Distributor", "Command document
    plugin reference" (aws:configurePackage), "AWS Systems Manager State Manager"; AWS Config
    Developer Guide, "ec2-managedinstance-applications-required"; Security Hub SSM.3.
    """

    def __init__(
        self, scope: Construct, id: str, *, names: Names, package: Package, settings: Endpoint
    ) -> None:
        super().__init__(scope, id)
        self.package = self._package(names, package)
        self.document = self._document(names, package, settings)
        self.association = self._association(names, settings)
        self.rules = [
            self._rule(names, platform, application)
            for platform, application in _applications(package.preset).items()
        ]
        implements(self, capability="endpoint-agent", controls=CONTROLS)

    def _package(self, names: Names, package: Package) -> ssm.CfnDocument:
        return ssm.CfnDocument(
            self,
            "Package",
            name=names.endpoint_package,
            document_type="Package",
            document_format="JSON",
            content=package.manifest,
            version_name=package.version,
            # A document of a fixed name cannot be replaced, and older versions stay to go back to.
            update_method="NewVersion",
            attachments=[
                ssm.CfnDocument.AttachmentsSourceProperty(
                    key="SourceUrl", values=[package_url(names, package)]
                )
            ],
        )

    def _document(self, names: Names, package: Package, settings: Endpoint) -> ssm.CfnDocument:
        steps = [_install(names, package.preset, settings), *_checks(package.preset)]
        document = ssm.CfnDocument(
            self,
            "Document",
            name=names.endpoint_agent,
            document_type="Command",
            document_format="JSON",
            content={
                "schemaVersion": "2.2",
                "description": f"Installs {package.preset.title} {package.version} and checks it",
                "mainSteps": steps,
            },
            update_method="NewVersion",
        )
        document.add_resource_dependency(self.package)
        return document

    def _association(self, names: Names, settings: Endpoint) -> ssm.CfnAssociation:
        target = settings.target
        association = ssm.CfnAssociation(
            self,
            "Association",
            name=names.endpoint_agent,
            association_name=names.endpoint_agent,
            schedule_expression=SCHEDULE,
            # New machines get the agent at once, not only at the next interval.
            apply_only_at_cron_interval=False,
            compliance_severity=settings.severity,
            sync_compliance="AUTO",
            max_concurrency=MAXIMUM_CONCURRENCY,
            max_errors=MAXIMUM_ERRORS,
            targets=[
                ssm.CfnAssociation.TargetProperty(key="InstanceIds", values=[ALL_INSTANCES])
                if target is None
                else ssm.CfnAssociation.TargetProperty(
                    key=f"tag:{target.key}", values=[target.value]
                )
            ],
        )
        association.add_resource_dependency(self.document)
        return association

    def _rule(self, names: Names, platform: str, application: str) -> config.CfnConfigRule:
        return config.CfnConfigRule(
            self,
            f"{platform}Rule",
            config_rule_name=names.endpoint_rule(platform.lower()),
            description=f"{platform} machines have {application}: docs/endpoint.md",
            source=config.CfnConfigRule.SourceProperty(
                owner="AWS", source_identifier=REQUIRED_APPLICATIONS
            ),
            scope=config.CfnConfigRule.ScopeProperty(
                compliance_resource_types=["AWS::SSM::ManagedInstanceInventory"]
            ),
            input_parameters={"applicationNames": application, "platformType": platform},
        )


def package_prefix(package: Package) -> str:
    """Give the folder of a version in the bucket; each version needs one of its own."""
    return f"{PREFIX}/{package.preset.id}/{package.version}"


def package_url(names: Names, package: Package) -> str:
    """Give the address of the folder, with the bucket's Region for the other ones."""
    host = f"s3.{names.home_region}.amazonaws.com"
    return f"https://{host}/{names.endpoint_bucket}/{package_prefix(package)}"


def _install(names: Names, preset: Preset, settings: Endpoint) -> dict[str, object]:
    inputs = {
        "name": names.endpoint_package,
        "action": "Install",
        "installationType": "In-place update",
    }
    if preset.secret is not None:
        inputs["additionalArguments"] = json.dumps(
            {
                "SSM_TOKEN_REGION": names.home_region,
                "SSM_TOKEN_SECRET": settings.token_secret or names.endpoint_token_arn,
            }
        )
    return {"action": "aws:configurePackage", "name": "install", "inputs": inputs}


def _checks(preset: Preset) -> list[dict[str, object]]:
    plugins = {"Linux": ("aws:runShellScript", linux_script(preset, "check"))}
    if preset.windows is not None:
        script = windows_script(preset, preset.windows, "check")
        plugins["Windows"] = ("aws:runPowerShellScript", script)
    return [
        {
            "action": action,
            "name": f"check{platform}",
            "precondition": {"StringEquals": ["platformType", platform]},
            "inputs": {"timeoutSeconds": CHECK_SECONDS, "runCommand": script.splitlines()},
        }
        for platform, (action, script) in plugins.items()
    ]


def _applications(preset: Preset) -> dict[str, str]:
    found = {"Linux": preset.linux.application}
    if preset.windows is not None:
        found["Windows"] = preset.windows.application
    return found
