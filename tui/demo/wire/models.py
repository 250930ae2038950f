"""The service models that botocore ships: what each operation takes and gives."""

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from tui.demo.faults import Fault

SERVICES = ("ec2", "ecs", "iam", "kms", "logs", "organizations", "sqs", "ssm", "sts")
"""The services that the embedded AWS has, by their signing names."""


@cache
def service_model(service: str) -> ServiceModel:
    """The model of one of SERVICES; loaded at its first use (EC2's takes a moment)."""
    if service not in SERVICES:
        raise Fault("UnknownOperationException", f"There is no service {service} here.", status=404)
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, name: str) -> OperationModel | None:
    """The operation of that name, or None."""
    model = service_model(service)
    return model.operation_model(name) if name in model.operation_names else None
