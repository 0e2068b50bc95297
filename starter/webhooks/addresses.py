"""Is this a webhook address we may send to? By its text, then by where its name leads now.

At each delivery the name is looked up and checked again, and the checked address is the one connected.
"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from activities.addresses import check_addresses, url_refusal
from activities.pinning import Resolve, resolve
from interline.errors import NotSentError

LOOK_UP_SECONDS: Final = 1.5
HTTPS_PORT: Final = 443


async def address_refusal(url: str, *, allow_private: bool, resolve: Resolve = resolve) -> str | None:
    """Why not, or None."""
    why = url_refusal(url, allow_private=allow_private)
    if why or allow_private:
        return why
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            check_addresses(host, await resolve(host, parts.port or HTTPS_PORT))
    except TimeoutError:
        return "the host name cannot be looked up now: repeat later"
    except NotSentError as error:
        return str(error)
    return None
