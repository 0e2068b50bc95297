"""What people load: OpenAPI whose examples work, and the list of errors."""

from pathlib import Path

from interline.contracts.problems import MEANINGS, ErrorCode
from tests.gateway.support import INBOUND, OUTBOUND, PRICING, Http, unique

ERRORS = Path(__file__).parents[2] / "docs" / "errors.md"


async def test_the_examples_of_the_document_are_accepted(shop: Http, worker: None) -> None:
    document = (await shop.get("/openapi.json")).json()
    paths = document["paths"]
    for path, status in ((OUTBOUND, 202), (INBOUND, 202), (PRICING, 200)):
        example = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        for order in example.get("data", {}).values():
            order["so_number" if "so_number" in order else "doc_no"] = unique("EX")
        answer = await shop.post(path, json=example)
        assert answer.status_code == status, answer.text
    assert "/webhooks/{client_id}/oms/confirmation" in paths
    assert document["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    assert (await shop.get("/docs")).status_code == 200


def test_every_error_code_is_documented_as_it_is() -> None:
    rows = [line.split("|") for line in ERRORS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {cells[1].strip(" `"): (int(cells[2]), int(cells[3])) for cells in rows}
    assert documented == {code.value: (MEANINGS[code].status, MEANINGS[code].code) for code in ErrorCode}
