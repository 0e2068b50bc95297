"""The fifteen arrows of the flow, as data.

The numbers are names (source: seed). They stand in activity summaries, log lines, request headers,
the status card and `docs/flow.md`, always spelled as `Step.value`.
"""

from enum import StrEnum


class Step(StrEnum):
    """One arrow. `value` is its name everywhere a person or another system reads it."""

    RED_1 = "red 1"
    RED_2 = "red 2"
    RED_3 = "red 3"
    RED_4 = "red 4"
    RED_5 = "red 5"
    RED_6 = "red 6"
    RED_7 = "red 7"
    BLUE_1 = "blue 1"
    BLUE_2 = "blue 2"
    BLUE_3 = "blue 3"
    BLUE_4 = "blue 4"
    BLUE_5 = "blue 5"
    BLUE_6 = "blue 6"
    BLUE_7 = "blue 7"
    BLUE_8 = "blue 8"


TITLES: dict[Step, str] = {
    Step.RED_1: "create order",
    Step.RED_2: "acknowledge",
    Step.RED_3: "create order in OMS",
    Step.RED_4: "confirmation from OMS",
    Step.RED_5: "send order confirmation webhook",
    Step.RED_6: "send goods issue webhook",
    Step.RED_7: "forward goods issue to WMS",
    Step.BLUE_1: "ask for a price",
    Step.BLUE_2: "request pricing from provider",
    Step.BLUE_3: "pricing answer from provider",
    Step.BLUE_4: "forward pricing",
    Step.BLUE_5: "record logistics webhook in OMS",
    Step.BLUE_6: "register logistics webhook at provider",
    Step.BLUE_7: "update shipment status in OMS",
    Step.BLUE_8: "send shipment status webhook",
}

RETURN_TITLES: dict[Step, str] = {
    Step.RED_3: "create return in OMS",
    Step.RED_6: "send goods receipt webhook",
    Step.RED_7: "forward goods receipt to WMS",
}
"""Where a return's arrow carries something else: its warehouse event is the goods receipt."""

ROUTES: dict[Step, tuple[str, str]] = {
    Step.RED_1: ("client platform", "interline"),
    Step.RED_2: ("interline", "client platform"),
    Step.RED_3: ("interline", "oms"),
    Step.RED_4: ("oms", "interline"),
    Step.RED_5: ("interline", "client platform"),
    Step.RED_6: ("fulfillment", "client platform"),
    Step.RED_7: ("interline", "wms"),
    Step.BLUE_1: ("client platform", "interline"),
    Step.BLUE_2: ("interline", "logistics"),
    Step.BLUE_3: ("logistics", "interline"),
    Step.BLUE_4: ("interline", "client platform"),
    Step.BLUE_5: ("interline", "oms"),
    Step.BLUE_6: ("interline", "logistics"),
    Step.BLUE_7: ("logistics", "oms"),
    Step.BLUE_8: ("interline", "client platform"),
}


def title_of(step: Step, kind: str = "outbound") -> str:
    """What the arrow does for this kind of order (outbound or return)."""
    return RETURN_TITLES.get(step, TITLES[step]) if kind == "return" else TITLES[step]


def summary(step: Step, title: str | None = None) -> str:
    """The label of an activity or timer in the Temporal UI, e.g. `red 7 · forward goods issue to WMS`."""
    return f"{step.value} · {title or TITLES[step]}"
