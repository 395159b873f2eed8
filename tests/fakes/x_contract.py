"""X's own OpenAPI document as a judge of what the bot asks and of what the fake X answers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.conftest import SHARED
from tests.fakes.loopback import Answered, Asked

DOCUMENT = SHARED / "facts" / "x-openapi-2.167.json"


class Contract:
    """The document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.paths = document["paths"]
        self.components = document["components"]

    def request(self, template: str, asked: Asked) -> None:
        """Raises jsonschema.ValidationError or AssertionError when X would not understand the request."""
        assert asked.method.lower() in self.paths.get(template, {}), f"X has no {asked.method} {template}"
        operation = self.paths[template][asked.method.lower()]
        known = {}
        for parameter in operation.get("parameters", ()):
            if "$ref" in parameter:
                parameter = self.components["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
            known[parameter["name"]] = parameter
        for name, value in asked.query.items():
            assert name in known, f"X knows no query parameter {name!r} of {template}"
            schema = known[name]["schema"]
            typed = {"array": value.split(","), "integer": int(value) if value.isdigit() else value}
            self._check(schema, typed.get(schema["type"], value))
        if "requestBody" in operation:
            self._check(operation["requestBody"]["content"]["application/json"]["schema"], asked.json)

    def answer(self, template: str, method: str, answered: Answered) -> None:
        """Raises jsonschema.ValidationError when X would not answer so."""
        said = self.paths[template][method.lower()]["responses"]
        if str(answered.status) in said:
            self._check(said[str(answered.status)]["content"]["application/json"]["schema"], answered.body)
        else:
            # Seen in the wild and in no document: "about:blank", and problems under the old address.
            seen = {"type": {"pattern": r"^(about:blank|https://api\.twitter\.com/2/problems/[a-z0-9-]+)$"}}
            blank = {"type": "object", "required": ["title", "detail", "status"], "properties": seen}
            schemas = [content["schema"] for content in said["default"]["content"].values()]
            self._check({"anyOf": [*schemas, blank]}, answered.body)

    def _check(self, schema: dict[str, Any], value: Any) -> None:
        Draft202012Validator({**schema, "components": self.components}).validate(value)


@cache
def at_hand() -> Contract | None:
    """The document's contract, or None where ../shared is missing."""
    return Contract(_as_json_schema(json.loads(DOCUMENT.read_text()))) if DOCUMENT.is_file() else None


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` in JSON Schema's words."""
    if isinstance(node, list):
        return [_as_json_schema(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {name: _as_json_schema(each) for name, each in node.items()}
    if node.pop("nullable", False) is True:
        return {"anyOf": [node, {"type": "null"}]}
    return node
