"""`/docs`: Swagger UI from files that are installed with us. It works without the internet and asks nobody else."""

from importlib import resources
from pathlib import Path
from typing import Final

from fastapi import Request, Response
from fastapi.responses import FileResponse

from interline.contracts.problems import ErrorCode, refused

STATIC: Final = Path(str(resources.files("fastapi_offline") / "static"))
FILES: Final = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon.png"})
START: Final = "start.js"
"""Ours, as a file: the policy allows no script in the page."""

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {"content-security-policy": _POLICY, "referrer-policy": "no-referrer"}
_PAGE: Final = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Interline API</title>
<link rel="icon" href="docs/favicon.png"><link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js" defer></script><script src="docs/{START}" defer></script>
</head><body><div id="page"></div></body></html>
"""
_SCRIPT: Final = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null});\n'


async def page(_: Request) -> Response:
    """The page; its addresses are relative, so that it also works behind a prefix."""
    return Response(_PAGE, headers=_HEADERS, media_type="text/html")


async def file(request: Request) -> Response:
    """What the page loads.

    Raises:
        RequestError: 404, it loads no such file.
    """
    name = request.path_params["name"]
    if name == START:
        return Response(_SCRIPT, headers=_HEADERS, media_type="text/javascript")
    if name not in FILES:
        raise refused(ErrorCode.NOT_FOUND)
    return FileResponse(STATIC / name, headers=_HEADERS)
