"""A Temporal server as in production: the four services of one host, four history shards, PostgreSQL (DESIGN §10).

Server and schema tool are built once with Go from the module proxy (about five minutes on two cores) into our cache.
"""

import json
import os
import random
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from bench.postgres import USER, Postgres
from bench.processes import Process
from interline.runtime.temporal_server.cache import cache_dir
from interline.runtime.temporal_server.command import RAISED_LIMITS
from interline.runtime.temporal_server.go_toolchain import find_go
from interline.runtime.temporal_server.search import Search

VERSION: Final = "v1.31.2"
"""The server inside the development server we use."""

SHARDS: Final = 4
DATABASES: Final = {"temporal": "temporal", "temporal_visibility": "visibility"}
"""And the schema of each."""

LOW_PORTS: Final = range(21_000, 32_000)
SERVICES: Final = ("frontend", "history", "matching", "worker")


def binaries(say: Callable[[str], None]) -> Path:
    """The folder with `server` and `sql`, built when they are not there."""
    folder = cache_dir(os.environ) / f"temporal-server-{VERSION.removeprefix('v')}"
    if not all((folder / name).is_file() for name in ("server", "sql")):
        say("building the Temporal server for PostgreSQL with Go: about five minutes, only this once")
        work = folder / "build"
        work.mkdir(parents=True, exist_ok=True)
        go = find_go(Search(progress=say, environ=os.environ), work)
        packages = [f"go.temporal.io/server/cmd/{name}@{VERSION}" for name in ("server", "tools/sql")]
        subprocess.run([go, "install", "-ldflags", "-s -w", *packages], check=True, env=_go(folder, work))  # noqa: S603
        shutil.rmtree(work, ignore_errors=True)
    return folder


def start(root: Path, database: Postgres, *, port: int, say: Callable[[str], None]) -> Process:
    """Make the schemas and start the server."""
    folder = binaries(say)
    for name, schema in DATABASES.items():
        tool = [folder / "sql", "--plugin", "postgres12", "--ep", "127.0.0.1", "-p", str(database.port), "-u", USER]
        for act in (
            ("create",),
            ("setup-schema", "-v", "0.0"),
            ("update-schema", "--schema-name", f"postgresql/v12/{schema}"),
        ):
            subprocess.run([*tool, "--db", name, *act], check=True, capture_output=True)  # noqa: S603
    limits, file = root / "limits.yaml", root / "temporal.yaml"
    limits.write_text(json.dumps({key: [{"value": value}] for key, value in RAISED_LIMITS.items()}))
    file.write_text(json.dumps(_config(database, port, limits)))  # JSON is YAML
    argv = [folder / "server", "--config-file", file, "--allow-no-auth", "start"]
    return Process("temporal", argv, environ=os.environ, log=root / "temporal.log")


async def registered(client: Client) -> bool:
    """The server answers and has our namespace; such a server starts without any."""
    request = RegisterNamespaceRequest(
        namespace=client.namespace, workflow_execution_retention_period=Duration(seconds=86400)
    )
    try:
        await client.workflow_service.register_namespace(request, timeout=timedelta(seconds=5))
    except RPCError as error:
        return error.status is RPCStatusCode.ALREADY_EXISTS
    except RuntimeError:  # nobody listens yet: the SDK has no type for that
        return False
    return True


def _config(database: Postgres, port: int, limits: Path) -> dict[str, Any]:
    grpc = {name: port if name == "frontend" else _low_port() for name in SERVICES}
    cluster = {
        "enabled": True,
        "initialFailoverVersion": 1,
        "rpcName": "frontend",
        "rpcAddress": f"127.0.0.1:{port}",
    }
    return {
        "log": {"stdout": True, "level": "error"},
        "persistence": {
            "numHistoryShards": SHARDS,
            "defaultStore": "temporal",
            "visibilityStore": "temporal_visibility",
            "datastores": {name: {"sql": _store(database, name)} for name in DATABASES},
        },
        "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"}},
        "services": {
            name: {"rpc": {"grpcPort": own, "membershipPort": _low_port(), "bindOnIP": "127.0.0.1"}}
            for name, own in grpc.items()
        },
        "clusterMetadata": {
            "enableGlobalNamespace": False,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": {"active": cluster},
        },
        "dcRedirectionPolicy": {"policy": "noop"},
        "publicClient": {"hostPort": f"127.0.0.1:{port}"},
        "dynamicConfigClient": {"filepath": str(limits), "pollInterval": "60s"},
    }


def _low_port() -> int:
    """A free port that fits PostgreSQL's smallint, in which this server keeps its members' ports."""
    for port in random.sample(LOW_PORTS, k=len(LOW_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port below 32768")


def _store(database: Postgres, name: str) -> dict[str, Any]:
    return {
        "pluginName": "postgres12",
        "databaseName": name,
        "connectAddr": f"127.0.0.1:{database.port}",
        "connectProtocol": "tcp",
        "user": USER,
        "password": "",
        "maxConns": 20,
        "maxIdleConns": 20,
        "maxConnLifetime": "1h",
    }


def _go(folder: Path, work: Path) -> dict[str, str]:
    """All of Go's files under `work`, so that they can be removed."""
    return {
        **os.environ,
        "GOBIN": str(folder),
        "GOPATH": str(work / "gopath"),
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "objects"),
        "GOFLAGS": "-modcacherw -buildvcs=false -trimpath",
        "CGO_ENABLED": "0",
    }
