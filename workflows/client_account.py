"""`ClientAccount`: what a client set up for its webhooks. One per client, for ever; changes are updates.

The current configuration stands in the memo, so that readers need one describe and no worker. Every change is recorded
with who and when. No secret comes here in the clear.
"""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import FailureError

from activities.client_platform import ClientPlatform
from activities.deliveries import Deliveries
from interline.contracts import client_platform
from interline.domain import account_rules
from interline.domain.account import (
    KINDS,
    Account,
    AccountCommand,
    AccountInput,
    AccountState,
    ChooseEvents,
    ConfigureWebhooks,
    EndpointHealth,
    KindCommand,
    MadeDue,
    MakeDue,
    PingResult,
    RotateSecret,
)
from interline.domain.base import JsonObject
from interline.domain.calls import SendWebhook
from interline.domain.statuses import ClientEvent
from interline.names import ENDPOINT_HEALTH, MEMO_ACCOUNT, AccountUpdate, Partner, Workflow
from workflows import policies

DISABLE = "disable"


@workflow.defn(name=Workflow.CLIENT_ACCOUNT)
class ClientAccount:
    """Commands change the state at once; the loop makes deliveries due and looks after failing endpoints."""

    @workflow.init
    def __init__(self, given: AccountInput) -> None:
        self._given = given
        self._state = given.carried or AccountState()
        self._changed = True
        self._telling: set[asyncio.Task[None]] = set()

    @workflow.run
    async def run(self, given: AccountInput) -> None:
        """Live until the server suggests a new history, then in that."""
        self._publish()
        while not (workflow.info().is_continue_as_new_suggested() and not self._telling):
            await self._once()
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(given.model_copy(update={"carried": self._state}))

    async def _once(self) -> None:
        """One thing that is due, or wait until there is one."""
        if self._state.due:
            await self._make_due(self._state.due.pop(0))
            return
        self._changed = False
        coming = self._next_act()
        left = max((coming[0] - workflow.now()).total_seconds(), 0.0) if coming else None
        try:
            await workflow.wait_condition(
                self._has_news, timeout=left, timeout_summary=f"{coming[1]}: {coming[2]}" if coming else None
            )
        except TimeoutError:
            if coming:
                await self._act(kind=coming[1], act=coming[2])

    def _has_news(self) -> bool:
        return self._changed or bool(self._state.due) or workflow.info().is_continue_as_new_suggested()

    def _next_act(self) -> tuple[datetime, str, str] | None:
        acts = (
            (found[1], kind, found[0])
            for kind, standing in self._state.account.standings.items()
            if (found := account_rules.next_act(standing, self._given.policy))
        )
        return min(acts, default=None)

    async def _act(self, *, kind: str, act: str) -> None:
        """Tell about a failing endpoint, or disable it, but only after it failed one more time right now."""
        before = self._state.account.standing(kind)
        since, before.notices = before.failing_since, before.notices + 1
        fails = act != DISABLE or not (await self._ping(kind, actor="last look before disabling")).ok
        standing = self._state.account.standing(kind)
        if fails and since and standing.failing_since == since:  # else it was repaired or resumed during the look
            if act == DISABLE:
                standing.disabled = f"it only failed since {since:%Y-%m-%d %H:%M:%S} UTC"
                account_rules.note(self._state, workflow.now(), "endpoint health", f"{kind}: {standing.disabled}")
            event = ClientEvent.WEBHOOK_DISABLED if standing.disabled else ClientEvent.WEBHOOK_FAILING
            account_rules.note(self._state, workflow.now(), "endpoint health", f"{kind}: {act}")
            self._tell_other_endpoint(kind, event)
        self._publish()

    def _tell_other_endpoint(self, kind: str, event: ClientEvent) -> None:
        """The failing one would not hear it."""
        other = next(name for name in KINDS if name != kind)
        standing = self._state.account.standing(kind)
        body = client_platform.endpoint_notice(event, kind, standing, self._given.policy, at=workflow.now())
        task = asyncio.create_task(self._send_notice(self._webhook(other, event, body)))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _send_notice(self, notice: SendWebhook) -> None:
        try:
            await workflow.execute_activity_method(
                ClientPlatform.send_webhook,
                notice.model_copy(update={"durable": True, "budget_seconds": policies.WEBHOOK_BUDGET}),
                task_queue=Partner.CLIENT_PLATFORM.queue,
                start_to_close_timeout=policies.seconds(policies.WEBHOOK_BUDGET + policies.DURABLE_SLACK),
                schedule_to_close_timeout=policies.PARTNER_TRIES,
                retry_policy=policies.PARTNER_RETRIES,
                summary=f"tell the {notice.kind} endpoint: {notice.event}",
            )
        except FailureError:
            account_rules.note(self._state, workflow.now(), "endpoint health", f"{notice.event} could not be told")
            self._publish()

    @workflow.update(name=AccountUpdate.CONFIGURE_WEBHOOKS, description="set address, events, rate of one kind or both")
    def configure_webhooks(self, command: ConfigureWebhooks) -> Account:
        """New settings; what waits is sent by them at once."""
        account_rules.configure(self._state, command, at=workflow.now())
        return self._done(*command.endpoints)

    @configure_webhooks.validator
    def _may_configure(self, command: ConfigureWebhooks) -> None:
        self._check(command, *command.endpoints)

    @workflow.update(name=AccountUpdate.ROTATE_SECRET, description="sign with a new secret; the old one overlaps")
    def rotate_secret(self, command: RotateSecret) -> Account:
        """The new secret signs from now on."""
        account_rules.rotate(self._state, command, at=workflow.now())
        return self._done()

    @rotate_secret.validator
    def _may_rotate(self, command: RotateSecret) -> None:
        self._check(command, command.kind)

    @workflow.update(name=AccountUpdate.CHOOSE_EVENTS, description="send only the chosen events of one kind")
    def choose_events(self, command: ChooseEvents) -> Account:
        """Others are not sent from now on."""
        account_rules.choose(self._state, command, at=workflow.now())
        return self._done()

    @choose_events.validator
    def _may_choose(self, command: ChooseEvents) -> None:
        self._check(command, command.kind)

    @workflow.update(name=AccountUpdate.PAUSE, description="hold the webhooks of one kind")
    def pause(self, command: KindCommand) -> Account:
        """Held, not dropped."""
        account_rules.pause(self._state, command, at=workflow.now())
        return self._done()

    @pause.validator
    def _may_pause(self, command: KindCommand) -> None:
        self._check(command, command.kind)

    @workflow.update(name=AccountUpdate.RESUME, description="send again, paused or disabled; what waits is due at once")
    def resume(self, command: KindCommand) -> Account:
        """Whatever stopped it."""
        account_rules.resume(self._state, command, at=workflow.now())
        return self._done(command.kind)

    @resume.validator
    def _may_resume(self, command: KindCommand) -> None:
        self._check(command, command.kind)

    @workflow.update(name=AccountUpdate.TEST_ENDPOINT, description="send a signed test and show the receiver's answer")
    async def test_endpoint(self, command: KindCommand) -> PingResult:
        """A success makes what waits due."""
        account_rules.adopt(self._state, command.adopt, at=workflow.now(), who=command.actor)
        self._publish()
        return await self._ping(command.kind, actor=command.actor)

    @test_endpoint.validator
    def _may_test(self, command: KindCommand) -> None:
        self._check(command, command.kind)

    @workflow.update(name=AccountUpdate.RECOVER, description="make the waiting deliveries of one kind due now")
    async def recover(self, command: KindCommand) -> MadeDue:
        """Each order sends its own in sequence."""
        account_rules.note(self._state, workflow.now(), command.actor, f"{command.kind}: recover")
        self._publish()
        return await self._make_due(command.kind)

    @recover.validator
    def _may_recover(self, command: KindCommand) -> None:
        self._check(command, command.kind)

    @workflow.signal(name=ENDPOINT_HEALTH, description="what a delivery saw: failing, well, gone")
    def endpoint_health(self, health: EndpointHealth) -> None:
        """From the delivery activity."""
        account_rules.heard(self._state, health, at=workflow.now())
        self._publish()

    def _check(self, command: AccountCommand, *kinds: str) -> None:
        if refused := account_rules.refusal(self._state, command, kinds):
            raise ValueError(refused)

    def _done(self, *due: str) -> Account:
        self._state.due = [*dict.fromkeys([*self._state.due, *due])]
        self._publish()
        return self._state.account

    def _publish(self) -> None:
        """For readers and for people."""
        self._changed = True
        workflow.upsert_memo({MEMO_ACCOUNT: self._state.account.model_dump(mode="json")})
        workflow.set_current_details(account_rules.card(self._state))

    async def _make_due(self, kind: str) -> MadeDue:
        return await workflow.execute_activity_method(
            Deliveries.make_due,
            MakeDue(client_id=self._given.client_id, kind=kind),
            start_to_close_timeout=policies.RECOVERY_TRY,
            retry_policy=policies.PARTNER_RETRIES,
            summary=f"make waiting {kind} deliveries due now",
        )

    async def _ping(self, kind: str, *, actor: str) -> PingResult:
        body = client_platform.ping(kind, at=workflow.now())
        answered = await workflow.execute_activity_method(
            ClientPlatform.send_ping,
            self._webhook(kind, ClientEvent.WEBHOOK_PING, body),
            task_queue=Partner.CLIENT_PLATFORM.queue,
            start_to_close_timeout=policies.seconds(policies.WEBHOOK_BUDGET + policies.DURABLE_SLACK),
            retry_policy=policies.ONE_TRY,
            summary=f"test the {kind} endpoint",
        )
        account_rules.tested(self._state, kind, answered, at=workflow.now(), who=actor)
        self._publish()
        return answered

    def _webhook(self, kind: str, event: ClientEvent, body: JsonObject) -> SendWebhook:
        webhook_id = f"msg_{workflow.uuid4().hex}"
        return SendWebhook(
            client_id=self._given.client_id,
            order_number="",
            step="webhooks",
            key=webhook_id,
            budget_seconds=policies.WEBHOOK_BUDGET,
            kind=kind,
            event=event.value,
            sequence=0,
            webhook_id=webhook_id,
            body=body,
        )
