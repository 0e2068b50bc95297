"""The reference's own shape (reliability rules §4): steps, columns, and which cells it says cannot happen."""

from typing import Final

STEPS: Final = {
    "red 1": "client → create order",
    "red 2": "acknowledgement",
    "red 3": "worker → OMS create",
    "red 4": "OMS → confirmation",
    "red 5": "confirmation webhook → client",
    "red 6": "PGI in, PGI webhook → client",
    "red 7": "worker → WMS PGI forward",
    "blue 1": "client → pricing",
    "blue 2": "→ provider price request",
    "blue 3": "provider answer",
    "blue 4": "price → client",
    "blue 5": "record logistics data",
    "blue 6": "register webhook at provider",
    "blue 7": "provider → status webhook",
    "blue 8": "status webhook → client",
}

OWN_COLUMNS: Final = (
    "gateway `kill -9`",
    "worker `kill -9`",
    "Temporal server dead",
    "database killed",
    "disk full",
    "partition 30 s",
)
OTHER_COLUMNS: Final = (
    "timeout",
    "reset, cut mid-body",
    "429 + Retry-After",
    "5xx, refused, DNS",
    "permanent 4xx",
    "malformed, wrong 2xx",
    "TLS error",
    "duplicate",
    "early, out of order",
    "late, after completion",
    "clock skew ±10 min",
)

OWN_DASHES: Final = {
    **dict.fromkeys(STEPS, "xxxxxx"),
    **dict.fromkeys(("red 3", "red 5", "red 7", "blue 5", "blue 6", "blue 8"), "-xxxxx"),
    **dict.fromkeys(("red 2", "blue 4"), "x-xxxx"),
}
OTHER_DASHES: Final = {
    **dict.fromkeys(STEPS, "xxxxxxxxxxx"),
    "red 1": "xxxxx-xx-xx",
    "red 2": "xx-----x---",
    "red 3": "xxxxxxxx-xx",
    "red 5": "xxxxxxxxx-x",
    "blue 1": "xxxxx-xx--x",
    "blue 2": "xxxxxxxx-x-",
    "blue 3": "-x---x----x",
    "blue 4": "xx-----x-x-",
    "blue 5": "-------xxx-",
    "blue 6": "xxxxxxxxxx-",
}
"""`-` where the reference has a dash. 82 and 124 cells can happen."""
