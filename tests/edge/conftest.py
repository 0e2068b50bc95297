"""The gateway's own fixtures."""

from tests.gateway.conftest import address, clients_file, engine, shop, stranger, temporal, worker

__all__ = ["address", "clients_file", "engine", "shop", "stranger", "temporal", "worker"]
