"""The way every call takes, at every partner: trouble, work, ledger, answer.

Work, ledger entry and remembered answer are one transaction, committed before the first byte of the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from sandbox.answers import Answer
from sandbox.connection import gone, reset
from sandbox.ledger import Call
from sandbox.replies import Reply, troubled_reply, true_reply
from sandbox.troubles import Trouble
from sandbox.wire import lower_headers
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Door:
    """One route of a partner, as an ASGI application.

    `client_of` tells whose call it is; `answer` does the work; `witness` is told of every call that was read, with its
    ledger number and the status answered (None: none, or not yet).
    """

    world: World
    partner: str
    client_of: Callable[[Call], str | None]
    answer: Callable[[Call], Answer]
    witness: Callable[[int, Call, int | None], None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, in the way its trouble allows."""
        request = Request(scope, receive)
        bare = _call(request, self.partner)
        call = replace(bare, client_id=self.client_of(bare))
        trouble = self.world.troubles.take(self.partner, call.step, call.order)
        if trouble and trouble.name == "refuse":
            self.world.ledger.add(call, status=None)
            await reset(scope, receive)
            return
        try:
            call = replace(call, body=await request.body())
        except ClientDisconnect:
            return
        entry, reply = self._commit(call, trouble)
        if await self._may_answer(entry, reply, trouble, receive) and reply.response:
            await reply.response(scope, receive, send)
        else:
            await reset(scope, receive)

    def _commit(self, call: Call, trouble: Trouble | None) -> tuple[int, Reply]:
        """Do the work and write it down; returns the ledger number and what is to be answered."""
        with self.world.store.transaction():
            answer = self.answer(call) if trouble is None or trouble.works else None
            if answer:
                answer.body["metadata"]["path"] = call.path
            reply = troubled_reply(trouble, answer) if trouble else true_reply(answer)
            status = None if trouble and trouble.delay_seconds else reply.status
            applied, effect_id = (answer.applied, answer.effect_id) if answer else (False, None)
            entry = self.world.ledger.add(call, status=status, applied=applied, effect_id=effect_id)
            if self.witness:
                self.witness(entry, call, status)
        return entry, reply

    async def _may_answer(self, entry: int, reply: Reply, trouble: Trouble | None, receive: Receive) -> bool:
        """Wait as long as the trouble says; False when the caller is to get no answer, or has gone meanwhile."""
        if trouble and trouble.hangs:
            await gone(receive, seconds=trouble.seconds)
        if reply.status is None:
            return False
        if trouble and trouble.delay_seconds:
            if await gone(receive, seconds=trouble.delay_seconds):
                return False
            self.world.ledger.answered(entry, reply.status)
        return True


def _call(request: Request, partner: str) -> Call:
    query = f"?{request.url.query}" if request.url.query else ""
    return Call(
        partner=partner,
        client_id=None,
        method=request.method,
        path=request.url.path + query,
        headers=lower_headers(request.headers),
        params={**request.query_params, **request.path_params},
    )
