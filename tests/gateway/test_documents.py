"""What people load: OpenAPI whose examples work, and the list of errors."""

import re
from pathlib import Path

from interline.contracts.problems import MEANINGS, ErrorCode
from starter.gateway.document_routes import ANSWERS
from tests.gateway.support import INBOUND, ORDERS, OUTBOUND, PRICING, Http, an_order, unique
from tests.published import Published

ROOT = Path(__file__).parents[2]
ERRORS = ROOT / "docs" / "errors.md"
WEBHOOKS_IN = ROOT / "docs" / "webhooks-in.md"


async def test_the_examples_of_the_document_are_accepted(shop: Http, worker: None) -> None:
    """Those of orders and prices; the others need a whole stack: tests/webhooks/test_documents.py."""
    published = await _published(shop)
    for path, status in ((OUTBOUND, 202), (INBOUND, 202), (PRICING, 200), (f"{PRICING}/{{rate_type}}", 200)):
        example = published.example(path, "post")
        for order in example.get("data", {}).values():
            order["so_number" if "so_number" in order else "doc_no"] = unique("EX")
        answer = await shop.post(path.format(rate_type="regular"), json=example)
        assert published.status(path, "post", answer) == status
    assert "/webhooks/{client_id}/oms/confirmation" in published.paths
    assert published.components["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"


async def test_every_body_of_a_client_is_shown_by_an_example_that_fits_it(shop: Http) -> None:
    published = await _published(shop)
    shown = [
        (path, method)
        for path, found in published.paths.items()
        for method, operation in found.items()
        if path.startswith("/v3/") and "requestBody" in operation
    ]
    assert [one for one in shown if not published.fits_its_schema(*one)] == []
    assert len(shown) == 14


async def _published(http: Http) -> Published:
    return Published((await http.get("/openapi.json")).json())


async def test_the_page_of_the_api_asks_nobody_else(shop: Http) -> None:
    page = await shop.get("/docs")
    policy = page.headers["content-security-policy"]
    assert set(re.findall(r"(?<=-src )[^;]+", policy)) <= {"'none'", "'self'", "'self' data:"}
    named = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert len(named) == 4
    loaded = [await shop.get(page.url.join(name).path) for name in named]
    assert {(answer.status_code, answer.url.host) for answer in loaded} == {(200, page.url.host)}
    assert [answer.url for answer in loaded] == [page.url.join(name) for name in named]
    assert "http" not in re.sub(r"data:[^)\"']*|http://www.w3.org/\S*", "", loaded[1].text), "the style sheet"
    assert "openapi.json" in loaded[3].text
    assert (await shop.get("/docs/../secret")).status_code == 404


def test_every_error_code_is_documented_as_it_is() -> None:
    rows = [line.split("|") for line in ERRORS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {cells[1].strip(" `"): (int(cells[2]), int(cells[3])) for cells in rows}
    assert documented == {code.value: (MEANINGS[code].status, MEANINGS[code].code) for code in ErrorCode}


async def test_what_is_read_is_published_with_its_fields(shop: Http, worker: None) -> None:
    """The order, the list and the delivery log answer as `/openapi.json` says; every refusal does, too."""
    published = await _published(shop)
    order = an_order()
    assert (await shop.post(OUTBOUND, json=order)).status_code == 202
    one = "/v3/fulfillment/warehouse/{warehouse_id}/outbound/oms/{order_no}"
    for path, query in ((one, ""), (ORDERS, "?limit=3"), ("/v3/fulfillment/webhooks/deliveries", "?order_no=NO-1")):
        target = path.format(warehouse_id="WH-JKT-1", order_no=order["so_number"])
        assert published.status(path, "get", await shop.get(target + query)) == 200
    assert published.status(one, "get", await shop.get(one.format(warehouse_id="X", order_no="X"))) == 404
    assert published.status(ORDERS, "get", await shop.get(ORDERS + "?limit=0")) == 422


async def test_every_operation_is_published_whole(shop: Http) -> None:
    """Its parameters, its success with a schema, and the one shape of all refusals."""
    paths = (await shop.get("/openapi.json")).json()["paths"]
    operations = [(path, method, one) for path, found in paths.items() for method, one in found.items()]
    for path, method, operation in operations:
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), path
        success = [status for status in operation["responses"] if status.startswith("2")]
        assert (len(success), {"4XX", "5XX"} <= set(operation["responses"])) == (1, True), (path, method)
    assert len(operations) >= 30
    told = {(method.upper(), path) for path, method, _ in operations if path.startswith("/v3/")}
    assert told == {key for key in ANSWERS if key[1].startswith("/v3/")}, (
        "no route without its answer, and none too many"
    )


def test_every_rule_for_a_partners_event_names_the_test_that_shows_it() -> None:
    table = WEBHOOKS_IN.read_text(encoding="utf-8").partition("| the event |")[2].partition("\n\n")[0]
    rules = table.splitlines()[2:]
    assert len(rules) >= 18
    for rule in rules:
        path, name = re.findall(r"`(tests/[\w/]+\.py)::(\w+)` \|$", rule)[0]
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), rule
