"""What `/openapi.json` says, and whether an answer is so."""

from typing import Any

import httpx
import jsonschema_rs


class Published:
    """The document of a running gateway."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths: dict[str, Any] = document["paths"]
        self.components: dict[str, Any] = document["components"]

    def example(self, path: str, method: str) -> Any:  # noqa: ANN401  JSON
        """The body that it shows."""
        return self.paths[path][method]["requestBody"]["content"]["application/json"]["example"]

    def fits_its_schema(self, path: str, method: str) -> bool:
        """The body that it shows is one that it allows."""
        schema = self.paths[path][method]["requestBody"]["content"]["application/json"]["schema"]
        return not self._errors(schema, self.example(path, method))

    def status(self, path: str, method: str, answer: httpx.Response) -> int:
        """The answer's, once its body was found to be as documented."""
        responses, status = self.paths[path][method]["responses"], str(answer.status_code)
        found = responses.get(status) or (responses[f"{status[0]}XX"] if status[0] != "2" else {})
        assert not self._errors(found["content"]["application/json"]["schema"], answer.json()), answer.text
        return answer.status_code

    def _errors(self, schema: dict[str, Any], value: object) -> list[object]:
        return [*jsonschema_rs.validator_for({**schema, "components": self.components}).iter_errors(value)]
