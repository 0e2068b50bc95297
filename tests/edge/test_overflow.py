"""An order that was sent as many events as Temporal allows: the next one is kept for a human, not refused for ever."""

from pathlib import Path

import httpx
from temporalio.testing import WorkflowEnvironment

from interline.names import stray_workflow_id
from interline.runtime.temporal import DATA_CONVERTER, prepare_namespace
from interline.runtime.temporal_server import find_or_build
from tests.gateway.support import OUTBOUND, Engine, a_status, an_order, keyed, make_app, served

FEW = ["--dynamic-config-value", "history.maximumSignalsPerExecution=3"]


async def test_a_full_order_leaves_its_events_to_a_human(clients_file: Path) -> None:
    binary = str(find_or_build(lambda _: None))
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary,
        data_converter=DATA_CONVERTER,
        dev_server_log_level="error",
        dev_server_extra_args=FEW,
    ) as environment:
        temporal = environment.client
        await prepare_namespace(temporal, retention_days=40)
        order = an_order()
        number = str(order["so_number"])
        async with (
            served(make_app(clients_file, temporal)) as url,
            httpx.AsyncClient(base_url=url, headers=keyed(), timeout=15) as shop,
        ):
            assert (await shop.post(OUTBOUND, json=order)).status_code == 202
            for _ in range(5):
                sent = await shop.post("/webhooks/shop/logistics/status", json=a_status(external_id=number))
                assert sent.status_code == 200
        engine = Engine(temporal)
        assert len(await engine.order_signals("shop", number)) == 3
        kept = [event["reason"] for _, event in await engine.signals(stray_workflow_id("shop", number))]
        assert kept == ["overflow", "overflow"]
