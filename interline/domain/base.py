"""The base of every model that may end up in a history."""

from pydantic import BaseModel, ConfigDict, JsonValue

JsonObject = dict[str, JsonValue]


class Durable(BaseModel):
    """A shape that histories hold: fields are only added, each with a default, and never renamed.

    Unknown fields are ignored, so that an older worker reads what a newer one wrote.
    """

    model_config = ConfigDict(extra="ignore", validate_assignment=False)
