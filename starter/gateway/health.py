"""Liveness, readiness, metrics: no key needed, no Temporal needed to answer."""

from fastapi import Request, Response

from interline.contracts.problems import ErrorCode, refused
from starter.gateway.answers import answer
from starter.gateway.context import gateway

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def healthz(request: Request) -> Response:
    """The process lives."""
    return answer(request, 200, {"status": "ok"})


async def readyz(request: Request) -> Response:
    """Orders can be taken: Temporal answers, and its namespace has what orders rely on."""
    missing = await gateway(request).readiness.missing()
    if missing:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE, missing)
    return answer(request, 200, {"status": "ready"})


async def metrics(request: Request) -> Response:
    """Prometheus text."""
    return Response(gateway(request).metrics.text(), media_type=METRICS_TYPE)
