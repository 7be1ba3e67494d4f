"""What machine and container pipelines create alike: components, workflows, logs, schedule."""

from __future__ import annotations

import re
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_imagebuilder as imagebuilder
from aws_cdk import aws_logs as logs
from constructs import Construct

from baseline.errors import BaselineError
from baseline.images.build_environment import ImageBuildEnvironment
from baseline.images.documents import Component, Document, WorkflowType, workflow_document
from baseline.images.platforms import Kind

PIPELINE_NAME = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
CRON = re.compile(r"cron\(\S+( \S+){4,5}\)")
WEEKLY = "cron(0 4 ? * sun *)"
"""Sundays at 4 o'clock, UTC."""
FAILURES = 3
"""Scheduled builds that may fail one after the other before the pipeline is switched off."""
TEST_MINUTES = 240


class BuildParts(Construct):
    """The components, workflows, logs and infrastructure of one pipeline.

    Args:
        scope: the pipeline.
        environment: where it builds.
        name: of the pipeline; follows the environment's in all names.
        kind: the platform as Image Builder calls it.
        components: in their order.
        hop_limit: network hops that an answer of the metadata service travels on build machines.
        instance_types: tried in their order.

    Attributes:
        full_name: the environment's name and the pipeline's.
        components: what a recipe refers to.
        infrastructure: the ``CfnInfrastructureConfiguration``.

    Raises:
        BaselineError: for a name of another form.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: ImageBuildEnvironment,
        name: str,
        kind: Kind,
        components: Sequence[Component],
        hop_limit: int,
        instance_types: Sequence[str],
    ) -> None:
        super().__init__(scope, "Build")
        if not PIPELINE_NAME.fullmatch(name):
            raise BaselineError(
                f"name is {name!r}; write 2 to 40 lower-case letters, digits and hyphens, such as "
                "'al2023'"
            )
        self._environment = environment
        self.full_name = f"{environment.name}-{name}"
        self.components = [self._component(each, kind) for each in components]
        self.infrastructure = self._create_infrastructure(hop_limit, instance_types)
        self._logging = self._create_logging()

    def workflow(self, document: str, kind: WorkflowType) -> str:
        """Create a workflow from a document and give its ARN."""
        found = workflow_document(document)
        return imagebuilder.CfnWorkflow(
            self,
            _pascal(document),
            name=f"{self.full_name}-{found.name}",
            version=found.version,
            type=kind,
            data=found.text,
        ).attr_arn

    def managed_workflow(self, path: str) -> str:
        """Give the ARN of the newest version of one of AWS's workflows, such as ``build/x``."""
        stack = cdk.Stack.of(self)
        return f"arn:{stack.partition}:imagebuilder:{stack.region}:aws:workflow/{path}/x.x.x"

    def pipeline(
        self,
        *,
        description: str,
        schedule: str,
        workflows: Sequence[str],
        distribution: str,
        scanning: imagebuilder.CfnImagePipeline.ImageScanningConfigurationProperty,
        image_recipe: str | None = None,
        container_recipe: str | None = None,
    ) -> imagebuilder.CfnImagePipeline:
        """Create the pipeline: workflows one after the other, tests on, off after failures."""
        if not CRON.fullmatch(schedule):
            raise BaselineError(f"schedule is {schedule!r}; write it as in {WEEKLY!r}")
        types = imagebuilder.CfnImagePipeline
        pipeline = types(
            self,
            "Pipeline",
            name=self.full_name,
            description=description,
            status="ENABLED",
            image_recipe_arn=image_recipe,
            container_recipe_arn=container_recipe,
            infrastructure_configuration_arn=self.infrastructure.attr_arn,
            distribution_configuration_arn=distribution,
            execution_role=self._environment.execution_role.role_arn,
            workflows=[types.WorkflowConfigurationProperty(workflow_arn=arn) for arn in workflows],
            image_tests_configuration=types.ImageTestsConfigurationProperty(
                image_tests_enabled=True, timeout_minutes=TEST_MINUTES
            ),
            image_scanning_configuration=scanning,
            enhanced_image_metadata_enabled=container_recipe is None,
            image_tags={"ImagePipeline": self.full_name},
            logging_configuration=self._logging,
            schedule=types.ScheduleProperty(
                schedule_expression=schedule,
                # Packages change without any version that a recipe names.
                pipeline_execution_start_condition="EXPRESSION_MATCH_ONLY",
                auto_disable_policy=types.AutoDisablePolicyProperty(failure_count=FAILURES),
            ),
        )
        # Image Builder takes no role that cannot do its work yet.
        pipeline.node.add_dependency(self._environment.execution_role)
        return pipeline

    def _component(
        self, component: Component, kind: Kind
    ) -> imagebuilder.CfnImageRecipe.ComponentConfigurationProperty:
        types = imagebuilder.CfnImageRecipe
        parameters = [
            types.ComponentParameterProperty(name=key, value=[value])
            for key, value in sorted(component.parameters.items())
        ]
        return types.ComponentConfigurationProperty(
            component_arn=self._arn_of(component, kind), parameters=parameters or None
        )

    def _arn_of(self, component: Component, kind: Kind) -> str:
        if component.document is None:
            stack = cdk.Stack.of(self)
            place = f"{stack.partition}:imagebuilder:{stack.region}"
            return f"arn:{place}:aws:component/{component.name}/x.x.x"
        return self._own_component(component.document, kind).attr_arn

    def _own_component(self, document: Document, kind: Kind) -> imagebuilder.CfnComponent:
        return imagebuilder.CfnComponent(
            self,
            _pascal(document.name),
            name=f"{self.full_name}-{document.name}",
            platform=kind,
            version=document.version,
            data=document.text,
        )

    def _create_infrastructure(
        self, hop_limit: int, instance_types: Sequence[str]
    ) -> imagebuilder.CfnInfrastructureConfiguration:
        environment, types = self._environment, imagebuilder.CfnInfrastructureConfiguration
        return types(
            self,
            "Infrastructure",
            name=self.full_name,
            instance_profile_name=environment.instance_profile.ref,
            instance_types=list(instance_types),
            subnet_id=environment.subnet.subnet_id,
            security_group_ids=[environment.security_group.security_group_id],
            instance_metadata_options=types.InstanceMetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=hop_limit
            ),
            terminate_instance_on_failure=True,
            sns_topic_arn=environment.topic.topic.topic_arn,
            logging=types.LoggingProperty(
                s3_logs=types.S3LogsProperty(
                    s3_bucket_name=environment.logs.bucket_name, s3_key_prefix=self.full_name
                )
            ),
        )

    def _create_logging(
        self,
    ) -> imagebuilder.CfnImagePipeline.PipelineLoggingConfigurationProperty:
        def group(id: str, name: str) -> str:
            created = logs.LogGroup(
                self,
                id,
                log_group_name=name,
                encryption_key=self._environment.log_key.key,
                retention=logs.RetentionDays.ONE_YEAR,
                removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            )
            return created.log_group_name

        return imagebuilder.CfnImagePipeline.PipelineLoggingConfigurationProperty(
            image_log_group_name=group("ImageLogs", f"/aws/imagebuilder/{self.full_name}"),
            pipeline_log_group_name=group(
                "PipelineLogs", f"/aws/imagebuilder/pipeline/{self.full_name}"
            ),
        )


def _pascal(name: str) -> str:
    return "".join(part.title() for part in name.split("-"))
