"""The client platform: red 5, red 6, blue 4 and blue 8, all through one signed webhook call.

Standard Webhooks: the id stays the same over all tries, so a receiver drops what it has; hence a try is an upsert.
"""

import random
from time import monotonic
from typing import Final

from temporalio import activity
from temporalio.service import RPCError

from activities.calling import UPSERT, PartnerCalls
from activities.endpoint_health import HealthReports
from activities.http import Answer
from activities.tries import Tries
from activities.webhook_gate import Gate, Workers
from activities.webhook_requests import GONE, refused, webhook_request
from interline.domain.account import PingResult
from interline.domain.calls import Delivered, SendWebhook
from interline.errors import HeldError, NotSentError, PartnerCallError
from interline.names import Activity
from interline.runtime.accounts import FRESH_SECONDS, Accounts, Destination
from interline.runtime.clients import WebhookKind
from interline.runtime.sealing import SealError

HELD_SECONDS: Final = 1800.0
"""How often a held delivery looks by itself; resuming makes it due at once."""
DURABLE_FRESH_SECONDS: Final = 0.2
"""A delivery that was made due right after a change must see the change."""


class ClientPlatform:
    """Sends webhooks. `public_only`: to checked public addresses."""

    def __init__(
        self, calls: PartnerCalls, accounts: Accounts, reports: HealthReports, workers: Workers, *, public_only: bool
    ) -> None:
        self._calls = calls
        self._accounts = accounts
        self._reports = reports
        self._workers = workers
        self._gate = Gate()
        self._public_only = public_only

    @activity.defn(name=Activity.CLIENT_SEND_WEBHOOK)
    async def send_webhook(self, call: SendWebhook) -> Delivered:
        """Send one webhook. Each 2xx is a delivery; 410 disables the endpoint; anything else is tried again."""
        tries = Tries.of(call)
        taken = await self._calls.perform(call, UPSERT, lambda: self._deliver(call, tries))
        log = tries.success(status=taken.status, milliseconds=taken.milliseconds, answer=taken.answer)
        return taken.model_copy(update={"tries": log if taken.chosen else tries.records})

    @activity.defn(name=Activity.CLIENT_SEND_PING)
    async def send_ping(self, call: SendWebhook) -> PingResult:
        """Send a test, whatever holds other webhooks, and show the receiver's answer."""
        started = monotonic()
        try:
            answer = await self._exchange(call, await self._destination(call))
        except PartnerCallError as error:
            return PingResult(
                ok=False,
                status=error.status,
                milliseconds=round((monotonic() - started) * 1000),
                answer=error.answer,
                problem=str(error),
                webhook_id=call.webhook_id,
            )
        return PingResult(
            ok=True,
            status=answer.status,
            milliseconds=round((monotonic() - started) * 1000),
            answer=readable(answer),
            webhook_id=call.webhook_id,
        )

    async def _deliver(self, call: SendWebhook, tries: Tries) -> Delivered:
        to = await self._open_destination(call)
        if not to.wants(call.event):
            return Delivered(status=0, chosen=False)
        started = monotonic()
        try:
            await self._await_turn(call, to)
            answer = await self._exchange_in_room(call, to)
        except PartnerCallError as error:
            error.milliseconds = round((monotonic() - started) * 1000)
            await self._failed(call, to, tries, error)
            raise
        await self._reports.delivered(call, to)
        spent = round((monotonic() - started) * 1000)
        return Delivered(status=answer.status, milliseconds=spent, answer=readable(answer))

    async def _open_destination(self, call: SendWebhook) -> Destination:
        """Where it goes. Before a webhook is held for long we look once more: it may have been resumed just now."""
        to = await self._destination(call, fresh_seconds=DURABLE_FRESH_SECONDS if call.durable else FRESH_SECONDS)
        if _closed(to):
            to = await self._destination(call, fresh_seconds=0.0)
        if why := _closed(to):
            raise HeldError(why, wait_seconds=_look_again())
        return to

    async def _destination(self, call: SendWebhook, *, fresh_seconds: float = 0.0) -> Destination:
        client = self._calls.client(call)
        try:
            to = await self._accounts.destination(client, WebhookKind(call.kind), fresh_seconds=fresh_seconds)
        except (RPCError, SealError) as error:
            raise NotSentError(f"the webhook settings cannot be read ({type(error).__name__})") from None
        if to is None:
            raise HeldError(f"the client has no {call.kind} webhook", wait_seconds=_look_again())
        return to

    async def _await_turn(self, call: SendWebhook, to: Destination) -> None:
        if to.rate_per_second:
            share = to.rate_per_second / await self._workers.count()
            self._gate.keep_pace(f"{call.client_id} {to.kind}", call.key, per_second=share)

    async def _exchange_in_room(self, call: SendWebhook, to: Destination) -> Answer:
        """First tries have the bulkhead of `Http`; the room is for the durable ones."""
        if not call.durable:
            return await self._exchange(call, to)
        with self._gate.room(f"{call.client_id} {to.kind}").place(failing=to.failing_since is not None):
            return await self._exchange(call, to)

    async def _exchange(self, call: SendWebhook, to: Destination) -> Answer:
        request = webhook_request(call, self._calls.client(call), to, public_only=self._public_only)
        answer = await self._calls.send(call, request)
        failure = refused(answer.status, answer.retry_after_seconds)
        if failure:
            failure.answer = readable(answer)
            raise failure
        return answer

    async def _failed(self, call: SendWebhook, to: Destination, tries: Tries, error: PartnerCallError) -> None:
        if error.status == GONE:
            await self._reports.gone(call, to)
        elif not isinstance(error, HeldError):
            await self._reports.failed(call, to, tries)


def readable(answer: Answer) -> str:
    """The kept beginning of an answer as text; what was compressed is not inflated, so it reads as noise."""
    return answer.body.decode("utf-8", errors="replace").replace("\x00", "�")


def _closed(to: Destination) -> str:
    """Why nothing may be sent there now, or nothing."""
    if not to.active:
        return f"the {to.kind} webhook is not active"
    return f"the {to.kind} webhook is {to.held}" if to.held else ""


def _look_again() -> float:
    return HELD_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311  jitter
