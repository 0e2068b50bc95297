"""What a refused client reads: each problem once, at a place of its own body, with the limit in the words."""

from decimal import Decimal

import pytest

from interline.contracts.commands_in import read_amendment
from interline.contracts.measures import Measures
from interline.contracts.orders_in import Terms, read_inbound, read_outbound
from interline.contracts.pricing_in import read_pricing
from interline.contracts.problems import RequestError
from interline.domain.base import JsonObject
from tests.gateway.support import a_return, an_order, shipment

HEAVY = {"A": Measures(Decimal(600), 300, 200, 100)}
TERMS = Terms(catalogue=HEAVY.get, defaults={})
Told = list[tuple[str | None, str]]


def told(order: JsonObject) -> Told:
    """Pointer and code of each problem."""
    with pytest.raises(RequestError) as caught:
        (read_inbound if "doc_no" in order else read_outbound)(order, TERMS)
    return [(problem.pointer, problem.error.value) for problem in caught.value.problems]


def without(*names: str, **changes: object) -> JsonObject:
    """The key parameters but these."""
    return {name: value for name, value in shipment(**changes).items() if name not in names}


@pytest.mark.parametrize(("price", "code"), [(1.5, "wrong-type"), (-5, "out-of-range"), ("9", "wrong-type")])
def test_an_order_price_of_the_body_is_told_there_and_once(price: object, code: str) -> None:
    order = an_order(order_price=price, logistics=without("order_price"))
    assert told(order) == [("/order_price", code)]
    assert told({"data": {"outbound": order}}) == [("/data/outbound/order_price", code)]


def test_goods_worth_more_than_insurance_covers_are_told_where_their_value_stands() -> None:
    order = an_order(order_price=3_000_000_000, logistics=without("order_price", with_insurance=True))
    assert told(order) == [("/order_price", "out-of-range")]


def test_what_lines_add_up_to_is_told_at_the_lines() -> None:
    lines = [{"sku": "?", "qty_ordered": 1, "weight": 600}] * 2
    assert told(an_order(details=lines, logistics=without("weight"))) == [("/details", "out-of-range")]
    known = an_order(details=[{"sku": "A", "qty_ordered": 2}], logistics=without("weight", "length", "width", "height"))
    assert told(known) == [("/details", "out-of-range")] * 2, "the weight and the volume"


def test_a_wrong_line_is_told_without_what_it_adds_up_to() -> None:
    line = {"sku": "?", "qty_ordered": 1, "weight": 1200}
    assert told(an_order(details=[line], logistics=without("weight"))) == [("/details/0/weight", "out-of-range")]


def test_a_side_beyond_all_limits_is_told_once() -> None:
    order = an_order(logistics=shipment(length=20_000, width=500, height=500))
    assert told(order) == [("/logistics/length", "out-of-range")]


def test_what_nobody_said_is_told_where_it_can_be_added() -> None:
    assert told(an_order(details=[{"sku": "?", "qty_ordered": 1}], logistics=without("weight"))) == [
        ("/logistics/weight", "required")
    ]


def test_two_numbers_of_pieces_are_told_at_the_name_that_is_not_the_forms() -> None:
    lines = [{"sku": "A", "qty_ordered": 1, "ordered_qty": 2}]
    assert told(an_order(details=lines)) == [("/details/0/ordered_qty", "contradiction")]
    assert told(a_return(details=lines)) == [("/details/0/qty_ordered", "contradiction")]


def test_an_amendment_with_two_numbers_of_pieces_is_refused_alike() -> None:
    lines: JsonObject = {"details": [{"sku": "A", "qty_ordered": 1, "ordered_qty": 2}]}
    with pytest.raises(RequestError) as caught:
        read_amendment({"warehouse_id": "WH", **lines})
    assert [problem.pointer for problem in caught.value.problems] == ["/details/0/ordered_qty"]


def test_an_empty_second_name_of_the_pieces_says_nothing() -> None:
    for nothing in (None, ""):
        order = an_order(details=[{"sku": "A", "qty_ordered": 1, "ordered_qty": nothing}])
        assert read_outbound(order, TERMS).lines[0].quantity == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"order_price": 5}, "/logistics/order_price"),
        ({"payment_way": "pay_online", "logistics": shipment(cod=True)}, "/payment_way"),
        ({"cod_price": 5}, "/logistics/cod"),
    ],
)
def test_money_that_is_said_twice_and_differently_is_told(changes: JsonObject, pointer: str) -> None:
    assert told({**an_order(), **changes}) == [(pointer, "contradiction")]


def test_a_price_is_told_at_its_products_and_at_no_place_for_its_address() -> None:
    sizes = ("weight", "length", "width", "height")
    with pytest.raises(RequestError) as caught:
        read_pricing({**without(*sizes), "skus": [{"sku": "A", "qty": 2}]}, TERMS, rate_type="overnight")
    assert [problem.pointer for problem in caught.value.problems] == ["/skus", None, "/skus"]


def test_a_service_type_beyond_the_limit_is_told_the_limit() -> None:
    with pytest.raises(RequestError) as caught:
        read_outbound(an_order(logistics=shipment(service_type=1_000_001)), TERMS)
    assert "1000000" in caught.value.problems[0].message
