"""Which addresses a client's webhook may go to: a pure table (reliability WH-06), names resolved elsewhere.

A webhook address is chosen by somebody outside. It must lead to the public internet, never to us or our neighbours.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from interline.errors import NotSentError

Address = IPv4Address | IPv6Address

LONGEST_URL: Final = 2048
HIGHEST_PORT: Final = 65535
PORTS: Final = frozenset({443, 8443})

_V4: Final = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud metadata",
    "169.254.0.0/16": "link-local, cloud metadata",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved for protocols",
    "192.0.2.0/24": "documentation",
    "192.31.196.0/24": "reserved (AS112)",
    "192.52.193.0/24": "reserved (AMT)",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "192.175.48.0/24": "reserved (AS112)",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, broadcast",
}
_V6: Final = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::ffff:0:0/96": "IPv4 mapped into IPv6",
    "::/96": "IPv4 inside IPv6",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64",
    "100::/64": "discard",
    "2001::/23": "reserved for protocols, Teredo",
    "2001:db8::/32": "documentation",
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_NETWORKS: Final[list[tuple[IPv4Network | IPv6Network, str]]] = [
    *((IPv4Network(network), why) for network, why in _V4.items()),
    *((IPv6Network(network), why) for network, why in _V6.items()),
]
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_ISATAP: Final = frozenset({0x00005EFE, 0x02005EFE})

_URL: Final = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<user>[^/?#@]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>/[!$-;=?-Z_a-z~%]*|\?[!$-;=?-Z_a-z~%]*)?(?P<fragment>#.*)?",
    re.ASCII,
)
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z])(?!0x){_LABEL}", re.ASCII | re.IGNORECASE)
_LOCAL_ENDINGS: Final = (".localhost", ".local", ".internal", ".home.arpa", ".intranet", ".lan", ".corp", ".invalid")


def refusal(address: Address) -> str | None:
    """Why nothing may be sent to this address, or None."""
    for network, why in _NETWORKS:
        if address in network:
            return why
    if isinstance(address, IPv4Address):
        return None
    if address.scope_id or address not in _GLOBAL_V6:
        return "not a global address"
    return "IPv4 inside IPv6 (ISATAP)" if int(address) >> 32 & 0xFFFFFFFF in _ISATAP else None


def check_addresses(host: str, addresses: list[Address]) -> None:
    """Every address that a name leads to must be public, not only the first.

    Raises:
        NotSentError: one is not, or there is none.
    """
    if not addresses:
        raise NotSentError(f"{host} leads to no address")
    for address in addresses:
        if why := refusal(address):
            raise NotSentError(f"{host} leads to an address that is not public ({why})")


def url_refusal(url: str, *, allow_private: bool) -> str | None:
    """Why this cannot be a webhook address, as far as the text itself tells, or None.

    `allow_private`: also http, each port and each host (local stacks and tests).
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if found is None:
        return (
            f"send an absolute URL of at most {LONGEST_URL} characters, without spaces, like https://shop.example/hooks"
        )
    port = int(found["port"] or 443)
    wrong = (
        (found["user"] is not None, "leave out user name and password: webhooks are signed"),
        (found["fragment"] is not None, "leave out the fragment (#...)"),
        (found["scheme"] not in ({"https", "http"} if allow_private else {"https"}), "use https"),
        (not allow_private and port not in PORTS, "use port 443 or 8443"),
        (port > HIGHEST_PORT, "use a port up to 65535"),
    )
    said = next((why for holds, why in wrong if holds), None)
    return said or (None if allow_private else host_refusal(found["host"]))


def host_refusal(host: str) -> str | None:
    """Why this host is refused by its spelling alone, or None. Numbers in any base are addresses in disguise."""
    if literal := _literal(host):
        why = refusal(literal)
        return f"the address is not public ({why})" if why else None
    if not _NAME.fullmatch(host) or host.lower().endswith(_LOCAL_ENDINGS):
        return "use a public host name of at least two parts, like shop.example"
    return None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
