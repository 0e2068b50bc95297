"""FastAPI for its document and its table of routes; on the way of a request only what our handlers need.

They read their requests themselves, so FastAPI's layers for dependencies, forms, limits and telemetry have nothing to
do here, and they cost as much processor time as our own reading and checking.
"""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from interline.contracts.problems import ErrorCode, RequestError, refused
from starter.gateway.documents import DocumentedApp
from starter.gateway.edge import Edge
from starter.gateway.limits import Load
from starter.gateway.metrics import Metrics

Handler = Callable[[Request], Awaitable[Response]]


class PlainRoute(APIRoute):
    """A documented route whose handler takes the request and makes the response; what it raises, `Edge` answers."""

    def __init__(self, path: str, endpoint: Handler, **described: Any) -> None:  # noqa: ANN401  FastAPI's own, passed on
        super().__init__(path, endpoint, **described)
        self._begins, self._ends = path.partition("{")[0], path.rpartition("}")[2]

        async def plain(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive, send))
            await response(scope, receive, send)

        self.app = plain

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A request is compared with thirty routes: most are told apart by how their paths begin and end."""
        path: str = scope["path"]
        if path.startswith(self._begins) and path.endswith(self._ends):
            return super().matches(scope)
        return Match.NONE, {}


class PlainApp(DocumentedApp):
    """The gateway's application: `Edge`, then the routes, and nothing that `add_middleware` would put between."""

    def __init__(self, metrics: Metrics, load: Load, **described: Any) -> None:  # noqa: ANN401  FastAPI's own, passed on
        super().__init__(**described)
        self.router.route_class = PlainRoute
        self._edge = Edge(self.router, metrics=metrics, load=load, not_routed=self._not_routed)

    def build_middleware_stack(self) -> ASGIApp:
        """Everything around the routes.

        Raises:
            TypeError: there is a middleware; wrap the whole application instead.
        """
        if self.user_middleware:
            raise TypeError("this application takes no middleware: wrap it")
        return self._edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; FastAPI's own would ask the environment each time whether it is to be traced."""
        await Starlette.__call__(self, scope, receive, send)

    def _not_routed(self, path: str, error: HTTPException) -> RequestError:
        """Starlette's own refusals: no such path, no such method."""
        code = {
            HTTPStatus.NOT_FOUND: ErrorCode.NOT_FOUND,
            HTTPStatus.METHOD_NOT_ALLOWED: ErrorCode.METHOD_NOT_ALLOWED,
        }.get(HTTPStatus(error.status_code), ErrorCode.MALFORMED_JSON)
        refusing = refused(code)
        refusing.headers = _allowed(self.routes, path) if code is ErrorCode.METHOD_NOT_ALLOWED else {}
        return refusing


def _allowed(routes: Sequence[object], path: str) -> dict[str, str]:
    """Every method of this path; Starlette's own answer knows only the first route of it."""
    fitting = [route for route in routes if isinstance(route, APIRoute) and route.path_regex.match(path)]
    exact = [route for route in fitting if route.path == path]
    methods = {method for route in exact or fitting for method in route.methods or ()}
    return {"allow": ", ".join(sorted(methods))}
