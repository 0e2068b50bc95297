"""The client platform: it checks each webhook, keeps it in the inbox, and says 200 (reference: Standard Webhooks)."""

from sandbox.answers import INVALID_INPUT, Answer, done, refused
from sandbox.config import Client, SandboxConfig
from sandbox.ledger import Call
from sandbox.signing import shipper_auth, verified
from sandbox.wire import loads_object
from sandbox.world import World

PATHS = ("/{client_id}/webhooks/fulfillment", "/{client_id}/webhooks/logistics")


def client_of_path(config: SandboxConfig, call: Call) -> str | None:
    """Whose endpoint was called."""
    client = config.client(call.params.get("client_id", ""))
    return client.client_id if client else None


def answer(call: Call) -> Answer:
    """Take a webhook. Its id is the effect: the same one again is the same to a receiver that reads ids."""
    if call.client_id is None:
        return refused(404, INVALID_INPUT, "no such client")
    return done({}, effect_id=call.headers.get("webhook-id"))


def note(world: World, entry: int, call: Call, status: int | None) -> None:
    """Put what came into the inbox, whatever was answered."""
    if client := world.config.client(call.client_id or ""):
        world.ledger.receive(entry, call, verified=_genuine(world, client, call), status=status)


def _genuine(world: World, client: Client, call: Call) -> bool:
    """The signature is right, and so is Shipper's `auth` where the body carries one."""
    path = call.path.partition("?")[0]
    secret = next(known for kind, known in client.webhook_secrets.items() if path.endswith(f"/{kind}"))
    if not verified(secret.get_secret_value(), call.body, dict(call.headers)):
        return False
    auth = (loads_object(call.body) or {}).get("auth")
    url = (world.config.webhooks_at or world.config.base_url) + path
    return auth in {None, shipper_auth(client.shipper_auth_key.get_secret_value(), url)}
