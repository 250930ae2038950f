"""The containers of a task definition: the application and its sidecars."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.demo.world.names import WEB_SERVICES


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container definition."""

    name: str
    image: str
    """Without registry host and tag, unless it comes from a public registry."""
    public: bool
    """Whether the image is not from the account's own ECR."""
    ports: tuple[int, ...]
    essential: bool
    checked: bool
    """Whether it has a health check."""
    bash: bool
    """Whether its image has bash."""
    environment: Mapping[str, str]


def _sidecar(name: str, image: str, *ports: int) -> ContainerSpec:
    return ContainerSpec(name, image, True, ports, name == "envoy", False, False, _NOTHING)


_NOTHING: Mapping[str, str] = MappingProxyType({})
_ENVOY = _sidecar("envoy", "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod", 9901)
_LOGS = _sidecar("log_router", "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32.4")
_DATADOG = _sidecar("datadog-agent", "public.ecr.aws/datadog/agent:7.61.0", 8126)

_PORTS = {"api": 8080, "web": 3000, "gateway": 8000, "webhooks": 8080, "admin": 8081}


def containers_of(
    kind: str, family: str, size: int, *, windows: bool = False
) -> tuple[ContainerSpec, ...]:
    """A task's containers, `size` of them: the application first, then its sidecars."""
    port = _PORTS.get(kind, 9090)
    web = kind in WEB_SERVICES
    name = "app" if len(family) % 2 else kind
    application = ContainerSpec(
        name=name,
        image=family.rpartition("-")[0] + "/" + kind if "-" in family else family,
        public=False,
        ports=(80,) if windows else (port,),
        essential=True,
        checked=web,
        bash=kind not in ("worker", "consumer", "indexer"),
        environment=MappingProxyType(
            {"SERVICE_NAME": family, "PORT": str(80 if windows else port), "LOG_LEVEL": "info"}
        ),
    )
    sidecars = (_ENVOY, _LOGS) if web else (_DATADOG, _LOGS)
    return (application, *sidecars)[:size]
