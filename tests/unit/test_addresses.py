"""Where a client's webhook may go (reliability WH-06, catalogue 90-93): addresses and their disguises."""

import asyncio
from ipaddress import ip_address

import pytest

from activities.addresses import Address, check_addresses, refusal, url_refusal
from interline.errors import NotSentError
from starter.webhooks.addresses import address_refusal

REFUSED = [
    "0.0.0.0",  # noqa: S104  refused, not bound
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "4000::1",
    "2606:4700::5efe:7f00:1",
    "2606:4700::200:5efe:a00:1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused_with_its_reason(address: str) -> None:
    assert refusal(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_pass(address: str) -> None:
    assert refusal(ip_address(address)) is None


def test_every_address_of_a_name_must_be_public_not_only_the_first() -> None:
    check_addresses("shop.example", [ip_address("1.1.1.1"), ip_address("2606:4700::1111")])
    for addresses in ([ip_address("1.1.1.1"), ip_address("10.0.0.1")], []):
        with pytest.raises(NotSentError):
            check_addresses("shop.example", addresses)


BAD_URLS = [
    "http://shop.example/",
    "ftp://shop.example/",
    "//shop.example/",
    "shop.example",
    "https:shop.example",
    "https:///hooks",
    "https://",
    "",
    "https://user@shop.example/",
    "https://user:password@shop.example/",
    "https://shop.example@10.0.0.1/",
    "https://shop.example/#fragment",
    "https://shop.example:22/",
    "https://shop.example:80/",
    "https://shop.example:99999/",
    "https://shop.example:/",
    "https://localhost/",
    "https://localhost./",
    "https://shop.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fe80::1%25eth0]/",
    "https://1.2.3/",
    "https://1.2.3.4.5/",
    "https://256.1.1.1/",
    "https://shop.example.123/",
    "https://shop.0x7f/",
    "https://shop..example/",
    "https://-shop.example/",
    "https://shop_1.example/",
    "https://shop.example\\@10.0.0.1/",
    "https://shop.example/a b",
    "https://shop.example/\r\nX-Evil: 1",
    "https://shop.example/\t",
    "https://sh\u00f6p.example/",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://127\u30020\u30020\u30021/",
    "https://shop.example/\u2028",
    "https://shop.example/" + "a" * 2048,
    " https://shop.example/",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_bad_webhook_addresses(url: str) -> None:
    assert url_refusal(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/",
        "https://SHOP.example/hooks?token=a%20b&c=1",
        "https://shop.example:443/hooks",
        "https://shop.example:8443/hooks",
        "https://xn--shp-sna.example/",
        "https://a.b.c.shop.example/x;y=1",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/hooks",
    ],
)
def test_good_webhook_addresses(url: str) -> None:
    assert url_refusal(url, allow_private=False) is None


def test_local_stacks_may_use_what_they_have_but_no_credentials() -> None:
    assert url_refusal("http://127.0.0.1:4711/hooks", allow_private=True) is None
    for url in ("http://user@127.0.0.1/", "http://127.0.0.1/#x", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"):
        assert url_refusal(url, allow_private=True)


@pytest.mark.parametrize(
    ("leads_to", "why"),
    [
        (["8.8.8.8", "2606:4700::1111"], None),
        (["8.8.8.8", "127.0.0.1"], "hooks.shop.example leads to an address that is not public (loopback)"),
        (["fd00:ec2::254"], "hooks.shop.example leads to an address that is not public (private)"),
        ([], "hooks.shop.example leads to no address"),
    ],
)
async def test_a_name_is_looked_up_when_it_is_set(leads_to: list[str], why: str | None) -> None:
    async def answered(_host: str, _port: int) -> list[Address]:
        return [ip_address(address) for address in leads_to]

    assert await address_refusal("https://hooks.shop.example/", allow_private=False, resolve=answered) == why


async def test_a_name_server_that_hangs_costs_a_moment_and_is_told() -> None:
    async def hangs(_host: str, _port: int) -> list[Address]:
        await asyncio.Event().wait()
        return []

    said = await address_refusal("https://hooks.shop.example/", allow_private=False, resolve=hangs)
    assert said == "the host name cannot be looked up now: repeat later"
