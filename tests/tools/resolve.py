"""Resolve the intrinsic functions of a template far enough for a policy linter to read it."""

from __future__ import annotations

from typing import Any

ACCOUNT = "111111111111"
REGION = "eu-west-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "secbase-stack",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/secbase-stack/0",
}
ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{name}",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{name}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{name}",
    "AWS::KinesisFirehose::DeliveryStream": "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{name}",
}
HEX = "0123456789ABCDEF"
REFERS_TO_ARN = {
    "AWS::SecretsManager::Secret",
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
}


class Resolver:
    """Resolves values against one template."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources = template["Resources"]
        self._parameters = template.get("Parameters", {})

    def resolve(self, value: Any) -> Any:
        """Give the value with every known function replaced."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return getattr(self, f"_{name.replace('::', '_').lower()}")(argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def _ref(self, name: str) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self._parameters:
            return f"parameter-{name.lower()}"
        if self._resources[name]["Type"] in REFERS_TO_ARN:
            return self._arn(name)
        return name.lower()

    def _fn_getatt(self, argument: list[str] | str) -> str:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        if attribute.endswith("Arn"):
            return self._arn(name)
        return f"{name}-{attribute}".lower()

    def _arn(self, name: str) -> str:
        kind = self._resources[name]["Type"]
        default = "arn:aws:{service}:{region}:{account}:{name}"
        service = kind.split("::")[1].lower()
        return ARNS.get(kind, default).format(
            name=name.lower(), account=ACCOUNT, region=REGION, service=service
        )

    def _fn_join(self, argument: list[Any]) -> str:
        separator, parts = argument
        return str(separator).join(str(self.resolve(part)) for part in parts)

    def _fn_sub(self, argument: Any) -> str:
        text, values = (argument, {}) if isinstance(argument, str) else argument
        names = {**PSEUDO, **{key: str(self.resolve(item)) for key, item in values.items()}}
        for key, item in names.items():
            text = text.replace("${" + key + "}", item)
        return str(text)

    def _fn_cidr(self, argument: Any) -> Any:
        # Ranges of a block that is known at deployment: as many of them as are asked for.
        count = argument[1]
        return [f"10.{number // 256}.{number % 256}.0/24" for number in range(int(str(count)))]

    def _fn_select(self, argument: list[Any]) -> Any:
        index, items = argument
        found = self.resolve(items)
        return found[int(index)] if isinstance(found, list) else found

    def _fn_split(self, argument: list[Any]) -> list[str]:
        separator, text = argument
        return str(self.resolve(text)).split(str(separator))

    def _fn_if(self, argument: list[Any]) -> Any:
        return self.resolve(argument[1])

    def _fn_base64(self, argument: Any) -> str:
        return str(self.resolve(argument))

    def _fn_getazs(self, _region: Any) -> list[str]:
        return [f"{REGION}{letter}" for letter in "abc"]

    def _fn_getstackoutput(self, argument: dict[str, str]) -> str:
        """Tell the resource of another stack by the name that the CDK gives the output."""
        name = str(argument["OutputName"])
        by_name = {"Topic": "AWS::SNS::Topic", "Bucket": "AWS::S3::Bucket", "Key": "AWS::KMS::Key"}
        kind = next((kind for word, kind in by_name.items() if word in name), None)
        if kind and (kind == "AWS::SNS::Topic" or name.rstrip(HEX).endswith("Arn")):
            return ARNS[kind].format(name=name.lower(), account=ACCOUNT, region=REGION)
        if "Bucket" in name and name.rstrip(HEX).endswith("Arn"):
            # As long as a bucket's name may be.
            return ARNS["AWS::S3::Bucket"].format(name=name.lower()[-60:])
        return name.lower()
