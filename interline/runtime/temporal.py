"""The connection to Temporal and what we ask of its namespace."""

import dataclasses
from datetime import timedelta
from typing import ClassVar, Final, Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from interline.names import Attribute


class OneConverter(PydanticPayloadConverter):
    """The SDK's, of which there is one: what it has learned of our types is kept.

    The SDK makes one for each workflow and one more for each of its tasks, and each of them starts without.
    """

    _one: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        """The one there is; it has no state but what it learned."""
        if cls._one is None:
            cls._one = super().__new__(cls)
            PydanticPayloadConverter.__init__(cls._one)
        return cls._one

    def __init__(self) -> None:
        """Nothing: it may be in use already."""


DATA_CONVERTER: Final = dataclasses.replace(pydantic_data_converter, payload_converter_class=OneConverter)


class NamespaceNotReadyError(RuntimeError):
    """The namespace lacks what orders rely on. The text says the fix."""


def measured(address: str) -> Runtime | None:
    """An SDK runtime whose metrics, and ours, are Prometheus text at HOST:PORT; None for the usual one."""
    if not address:
        return None
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))


async def connect(*, lazy: bool = False, runtime: Runtime | None = None) -> Client:
    """Connect as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, … and profiles say (Temporal's envconfig)."""
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, data_converter=DATA_CONVERTER, lazy=lazy, runtime=runtime)


async def prepare_namespace(client: Client, *, retention_days: int) -> None:
    """Register our search attributes and raise the retention: it is the memory of duplicates. Safe to repeat."""
    await _add_missing_attributes(client)
    if await retention(client) < timedelta(days=retention_days):
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace,
                config=NamespaceConfig(
                    workflow_execution_retention_ttl=Duration(seconds=retention_days * 86400),
                ),
            )
        )


async def check_namespace(client: Client, *, retention_days: int) -> None:
    """Refuse to start on a namespace that would forget duplicates or refuse our attributes.

    Raises:
        NamespaceNotReadyError: with what is missing and the command that adds it.
    """
    missing = await missing_attributes(client)
    if missing:
        names = ", ".join(sorted(missing))
        raise NamespaceNotReadyError(f"search attributes {names} are missing: run `interline setup-namespace`")
    kept = await retention(client)
    if kept < timedelta(days=retention_days):
        raise NamespaceNotReadyError(
            f"namespace {client.namespace!r} keeps closed orders {kept.days} days, at least {retention_days} are needed"
            " to recognise duplicates: run `interline setup-namespace`"
        )


async def retention(client: Client) -> timedelta:
    """How long the namespace remembers closed workflows."""
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def missing_attributes(client: Client) -> set[str]:
    """Our search attributes that the namespace does not know yet."""
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return {attribute.value for attribute in Attribute} - set(known.custom_attributes)


async def _add_missing_attributes(client: Client) -> None:
    missing = await missing_attributes(client)
    if not missing:
        return
    types = dict.fromkeys(missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    if Attribute.NEEDS_ATTENTION.value in types:
        types[Attribute.NEEDS_ATTENTION.value] = IndexedValueType.INDEXED_VALUE_TYPE_BOOL
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(search_attributes=types, namespace=client.namespace)
    )
