"""How an activity makes its call: once, with its key, within its budget, and with each failure told to Temporal.

The same activities serve both halves of *try now, then durably*: as a local activity (one try, nothing to look up) and
as a regular one (the server's retries; partners without keys are asked first).
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeVar

import structlog
from temporalio.common import MetricMeter

from activities.breaker import Breaker, open_gauge
from activities.http import Answer, Http, Outgoing, destination_of
from activities.recent import RecentResults
from activities.tries import Tries
from interline.domain.calls import CallInput
from interline.domain.policy import Keys
from interline.errors import PartnerCallError, RefusedError, UnaskableError, UnknownError, from_status
from interline.names import Partner
from interline.runtime.clients import Client, ClientRegistry, PartnerAccount

log = structlog.get_logger()

T = TypeVar("T")

EXISTS_ALREADY: Final = 409


@dataclass(frozen=True)
class Effect:
    """How a partner without keys is protected: can it be asked, and would a repeat be harmless?"""

    repeatable: bool = False
    """A read, or an upsert by nature: sending it again changes nothing."""


READ: Final = Effect(repeatable=True)
UPSERT: Final = Effect(repeatable=True)
CREATE: Final = Effect()


class PartnerCalls:
    """What all partner activities share: settings of the clients, connections, recent results."""

    def __init__(self, registry: ClientRegistry, http: Http, meter: MetricMeter = MetricMeter.noop) -> None:
        self.registry = registry
        self._gauge = open_gauge(meter)
        self._http = http
        self._recent = RecentResults()
        self._breakers: dict[str, Breaker] = {}

    def client(self, call: CallInput) -> Client:
        """The client of this call."""
        return self.registry.get(call.client_id)

    async def exchange(self, call: CallInput, partner: Partner, method: str, path: str, body: bytes = b"") -> Answer:
        """One request to the partner's API with the headers every call of ours carries.

        Raises:
            PartnerCallError: any status but 200, 201, 202 included.
        """
        answer = await self.ask(call, partner, method, path, body)
        raise_for_status(partner.value, answer)
        return answer

    async def ask(self, call: CallInput, partner: Partner, method: str, path: str, body: bytes = b"") -> Answer:
        """As `exchange`, but any status is an answer (for look-ups)."""
        account = self._account(call, partner)
        headers = _headers(call, method, account)
        request = Outgoing(partner.value, method, account.url.rstrip("/") + path, headers, body)
        breaker = self._breaker(account.url)
        breaker.admit()
        outcome: PartnerCallError | None = UnknownError("cut off")
        try:
            answer = await self.send(call, request)
            outcome = from_status(answer.status, who=partner.value)
        except PartnerCallError as error:
            outcome = error
            raise
        else:
            return answer
        finally:
            breaker.record(outcome)

    def _account(self, call: CallInput, partner: Partner) -> PartnerAccount:
        client = self.client(call)
        provider = getattr(call, "provider", "")
        return client.more_providers[provider] if provider else client.partners[partner]

    def _breaker(self, url: str) -> Breaker:
        return self._breakers.setdefault(url, Breaker(destination_of(url), gauge=self._gauge))

    async def send(self, call: CallInput, request: Outgoing) -> Answer:
        """Send within the call's budget and write the one log line of a call."""
        started = monotonic()
        outcome: str = "answered"
        status: int | None = None
        try:
            answer = await self._http.send(request, budget_seconds=call.budget_seconds, local=not call.durable)
            status = answer.status
        except PartnerCallError as error:
            outcome = error.outcome.value
            raise
        else:
            return answer
        finally:
            log.info(
                "partner_call",
                partner=request.who,
                method=request.method,
                step=call.step,
                client_id=call.client_id,
                order=call.order_number,
                outcome=outcome,
                status=status,
                durable=call.durable,
                milliseconds=round((monotonic() - started) * 1000),
            )

    async def perform(
        self,
        call: CallInput,
        effect: Effect,
        send: Callable[[], Coroutine[Any, Any, T]],
        look_up: Callable[[], Coroutine[Any, Any, T | None]] | None = None,
    ) -> T:
        """Make the call once per key and worker; tell Temporal how it failed and when to try again."""
        tries = Tries.of(call)
        if tries.repeats_a_failure:
            raise tries.failure_before()
        try:
            return await self._recent.once(call.key, lambda: self._once(tries, effect, send, look_up))
        except PartnerCallError as error:
            raise tries.failure(error) from None

    async def _once(
        self,
        tries: Tries,
        effect: Effect,
        send: Callable[[], Coroutine[Any, Any, T]],
        look_up: Callable[[], Coroutine[Any, Any, T | None]] | None,
    ) -> T:
        call = tries.call
        asked = None if call.keys is Keys.NONE else look_up
        if effect.repeatable or call.keys is Keys.HONOURED or not tries.may_have_been_sent():
            return await _create(send, asked)
        if asked is None:
            raise UnaskableError(f"{call.step} may have happened and the partner cannot be asked: a human must look")
        found = await asked()
        return found if found is not None else await _create(send, asked)


async def _create(
    send: Callable[[], Coroutine[Any, Any, T]], look_up: Callable[[], Coroutine[Any, Any, T | None]] | None
) -> T:
    """Send. "It exists already" about our own is a success, but only the partner's own record shows whose it is."""
    try:
        return await send()
    except RefusedError as error:
        if error.status != EXISTS_ALREADY or look_up is None:
            raise
        found = await look_up()
        if found is None:
            raise RefusedError(f"{error}, and a look-up finds nothing of this order", status=error.status) from None
        return found


def _headers(call: CallInput, method: str, account: PartnerAccount) -> dict[str, str]:
    """A question carries no key: a partner that remembers answers by key would give the create's answer again."""
    key = {} if method == "GET" else {"idempotency-key": call.key}
    return key | {
        "content-type": "application/json",
        "x-api-key": account.api_key.get_secret_value(),
        "x-interline-order": call.order_number,
        "x-interline-step": call.step,
    }


def raise_for_status(who: str, answer: Answer) -> None:
    """Any status but 200, 201, 202 as its error."""
    failure = from_status(answer.status, who=who, wait_seconds=answer.retry_after_seconds)
    if failure:
        raise failure
