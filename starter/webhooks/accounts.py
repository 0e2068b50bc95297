"""Commands to a client's account: update-with-start, so that the first one makes the account.

Secrets are made and sealed here, before they come near any history; what a client was given by the clients' file is
taken over sealed with its first command.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from pydantic import SecretStr
from temporalio.client import Client as Temporal
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import WorkflowIDConflictPolicy

from interline.domain.account import (
    Account,
    AccountCommand,
    AccountInput,
    Adopted,
    ChooseEvents,
    ConfigureWebhooks,
    EndpointSettings,
    HealthPolicy,
    KindCommand,
    MadeDue,
    PingResult,
    RotateSecret,
    SealedSecret,
)
from interline.names import ORDER_QUEUE, AccountUpdate, Workflow, client_workflow_id
from interline.runtime.accounts import Accounts, settings_of
from interline.runtime.clients import Client, WebhookKind
from interline.runtime.sealing import Sealer, new_webhook_secret

Answer = TypeVar("Answer", Account, MadeDue, PingResult)

PING_SECONDS: Final = 18.0
"""A test waits for its receiver, which has 15 s."""
COMMAND_SECONDS: Final = 1.8
TAKEN_SECONDS: Final = 1.1
"""Of those, until the account has taken a command whose end nobody need wait for."""


class CommandRefusedError(Exception):
    """The account said no; the text says why."""


@dataclass(frozen=True)
class Changed:
    """The account after a command, and the new secrets in the clear, by id: to be shown once."""

    account: Account
    new_secrets: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class AccountCommands:
    """Commands of one client, in the name of `actor`."""

    temporal: Temporal
    accounts: Accounts
    sealer: Sealer
    client: Client
    actor: str
    health: HealthPolicy
    _new: dict[str, str] = field(default_factory=dict, repr=False)

    async def settings(self) -> tuple[Account, dict[str, EndpointSettings]]:
        """The account as of now, and the settings that hold: its own, else the clients' file."""
        account = await self.accounts.read(self.client.client_id, fresh_seconds=0.0) or Account()
        from_file = {kind.value: settings_of(endpoint) for kind, endpoint in self.client.webhooks.items()}
        return account, {**from_file, **account.endpoints}

    async def configure(self, endpoints: dict[str, EndpointSettings]) -> Changed:
        """Set kinds; one that is new gets a secret.

        Raises:
            SealError: there is no key to seal secrets with.
        """
        adopt = self._from_file()
        for kind, settings in endpoints.items():
            if kind not in adopt:
                adopt[kind] = Adopted(settings=settings, secrets=[self._new_secret(kind)])
        command = ConfigureWebhooks(actor=self.actor, adopt=adopt, endpoints=endpoints)
        return self._changed(await self._update(AccountUpdate.CONFIGURE_WEBHOOKS, command, Account))

    async def rotate(self, kind: str, *, overlap_hours: float) -> Changed:
        """A new secret, made here."""
        secret = self._new_secret(kind)
        command = RotateSecret(
            actor=self.actor, adopt=self._from_file(), kind=kind, secret=secret, overlap_hours=overlap_hours
        )
        return self._changed(await self._update(AccountUpdate.ROTATE_SECRET, command, Account))

    async def choose(self, kind: str, events: list[str]) -> Changed:
        """Only these events."""
        command = ChooseEvents(actor=self.actor, adopt=self._from_file(), kind=kind, events=events)
        return self._changed(await self._update(AccountUpdate.CHOOSE_EVENTS, command, Account))

    async def pause(self, kind: str, *, reason: str = "") -> Changed:
        """Hold this kind."""
        return self._changed(await self._update(AccountUpdate.PAUSE, self._command(kind, reason), Account))

    async def resume(self, kind: str, *, reason: str = "") -> Changed:
        """Send this kind again; what waits is due at once."""
        return self._changed(await self._update(AccountUpdate.RESUME, self._command(kind, reason), Account))

    async def test(self, kind: str) -> PingResult:
        """Send a signed test; the receiver's answer."""
        taken = await self._taken(AccountUpdate.TEST_ENDPOINT, self._command(kind), PingResult)
        return await _result(taken, within_seconds=PING_SECONDS)

    async def recover(self, kind: str) -> MadeDue | None:
        """Make what waits due now; None when that is recorded and still under way.

        Raises:
            WorkflowUpdateRPCTimeoutOrCancelledError: nobody knows whether it was taken; repeating it is harmless.
        """
        taken = await self._taken(AccountUpdate.RECOVER, self._command(kind), MadeDue)
        with suppress(WorkflowUpdateRPCTimeoutOrCancelledError):
            return await _result(taken, within_seconds=COMMAND_SECONDS - TAKEN_SECONDS)
        return None

    def _command(self, kind: str, reason: str = "") -> KindCommand:
        return KindCommand(actor=self.actor, adopt=self._from_file(), kind=kind, reason=reason)

    def _from_file(self) -> dict[str, Adopted]:
        return {
            kind.value: Adopted(
                settings=settings_of(endpoint), secrets=[self._sealed(secret, kind) for secret in endpoint.secrets]
            )
            for kind, endpoint in self.client.webhooks.items()
        }

    def _new_secret(self, kind: str) -> SealedSecret:
        secret = new_webhook_secret()
        sealed = self._sealed(secret, WebhookKind(kind))
        self._new[sealed.id] = secret.get_secret_value()
        return sealed

    def _sealed(self, secret: SecretStr, kind: WebhookKind) -> SealedSecret:
        return self.sealer.seal(secret, client_id=self.client.client_id, kind=kind.value)

    def _changed(self, account: Account) -> Changed:
        """Only secrets that the account took are worth showing."""
        taken = {sealed.id for secrets in account.secrets.values() for sealed in secrets}
        return Changed(account, {name: secret for name, secret in self._new.items() if name in taken})

    async def _update(self, name: AccountUpdate, command: AccountCommand, answer: type[Answer]) -> Answer:
        stage = WorkflowUpdateStage.COMPLETED
        done = await self._start(name, command, answer, stage=stage, within_seconds=COMMAND_SECONDS)
        return await _result(done, within_seconds=COMMAND_SECONDS)

    async def _taken(
        self, name: AccountUpdate, command: AccountCommand, answer: type[Answer]
    ) -> WorkflowUpdateHandle[Answer]:
        """A command that is recorded: what comes of it may take longer."""
        stage = WorkflowUpdateStage.ACCEPTED
        return await self._start(name, command, answer, stage=stage, within_seconds=TAKEN_SECONDS)

    async def _start(
        self,
        name: AccountUpdate,
        command: AccountCommand,
        answer: type[Answer],
        *,
        stage: WorkflowUpdateStage,
        within_seconds: float,
    ) -> WorkflowUpdateHandle[Answer]:
        client_id = self.client.client_id
        start = WithStartWorkflowOperation[object, None](
            Workflow.CLIENT_ACCOUNT,
            AccountInput(client_id=client_id, policy=self.health),
            id=client_workflow_id(client_id),
            task_queue=ORDER_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"webhooks of {client_id}",
        )
        async with asyncio.timeout(within_seconds):  # the engine's own begins when it has a connection
            handle: WorkflowUpdateHandle[Answer] = await self.temporal.start_update_with_start_workflow(
                name,
                command,
                start_workflow_operation=start,
                wait_for_stage=stage,
                result_type=answer,
                rpc_timeout=timedelta(seconds=within_seconds),
            )
        return handle


async def _result(handle: WorkflowUpdateHandle[Answer], *, within_seconds: float) -> Answer:
    """What came of it; once it has ended this asks nobody."""
    try:
        return await handle.result(rpc_timeout=timedelta(seconds=within_seconds))
    except WorkflowUpdateFailedError as error:
        raise CommandRefusedError(str(error.cause)) from None
