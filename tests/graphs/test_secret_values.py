"""What may be secret in a context is found by its schema, by its keys, and by itself."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from graphdeck.graphs.secret_values import without_secrets
from graphdeck.graphs.values import Json


class Door(BaseModel):
    code: SecretStr
    floor: int


class Ctx(BaseModel):
    user: str
    pin: SecretStr | None = None
    doors: list[Door] = []
    main: Door | None = None
    codes: list[SecretStr] = []
    named: dict[str, Door] = {}


def test_what_a_schema_calls_secret_is_left_out_wherever_it_is() -> None:
    door: Json = {"code": "4711", "floor": 2}
    given: Json = {
        "user": "ana", "pin": "4711", "doors": [door, door], "main": door, "codes": ["4711"], "named": {"x": door}
    }  # fmt: skip
    kept, left_out = without_secrets(given, Ctx.model_json_schema())
    left: Json = {"floor": 2}
    assert kept == {"user": "ana", "doors": [left, left], "main": left, "named": {"x": left}}
    assert left_out == (
        ("pin",), ("doors", "0", "code"), ("doors", "1", "code"), ("main", "code"), ("codes",), ("named", "x", "code")
    )  # fmt: skip
    assert without_secrets("4711", {"type": "string", "writeOnly": True}) == (None, ((),))
    assert without_secrets({"a": "4711"}, {"properties": {"a": {"$ref": "#/$defs/a", "format": "password"}}})[0] == {}
    assert without_secrets({"ab": "4711"}, {"patternProperties": {"^a": {"format": "password"}}})[0] == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, "x") for key in ("api_key", "apiKey", "OPENAI_API_KEY", "token", "accessToken", "client_secret")),
        *((key, "x") for key in ("password", "db_pass", "passphrase", "pass-code", "pwd", "credentials", "auth")),
        *((key, "x") for key in ("Authorization", "session_cookie", "bearer", "keys")),
        ("key", {"deep": "x"}), ("tokens", ["x"]), ("password", 1234), ("api_key", 1234),
        ("url", "postgres://me:x@host/db"), ("header", "Bearer x"), ("pem", "-----BEGIN RSA PRIVATE KEY-----\nx"),
        ("model", "sk-proj-12345678"), ("any", "ghp_0123456789abcdef"),
    ],
)  # fmt: skip
def test_a_key_or_a_text_that_looks_like_a_secret_is_left_out(key: str, value: Json) -> None:
    schemas: tuple[Json, ...] = (None, {"type": "object", "properties": {key: {}}})
    for schema in schemas:
        found: Any = {"user": "ana", "inner": [{key: value, "n": 1}]}
        kept, left_out = without_secrets(found, schema)
        assert (kept, left_out) == ({"user": "ana", "inner": [{"n": 1}]}, (("inner", "0", key),))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_tokens", 500), ("token_limit", 8.5), ("keywords", ["a"]), ("keyboard", "de"), ("author", "Kim"),
        ("use_token", True), ("api_key", None), ("passport", "north"), ("url", "https://example.org:80/a@b"),
        ("model", "gpt-5-mini"), ("text", "a basic thing"),
    ],
)  # fmt: skip
def test_what_only_sounds_like_one_stays(key: str, value: Json) -> None:
    assert without_secrets({key: value}) == ({key: value}, ())


def test_an_empty_text_is_no_secret_to_be_asked_for_and_endless_schemas_end() -> None:
    assert without_secrets({"api_key": "", "a": 1}) == ({"a": 1}, ())
    endless: Json = {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}], "items": {"$ref": "#"}}}}
    assert without_secrets([[1]], endless) == ([[1]], ())
    deep: Json = "x"
    for _ in range(150):
        deep = {"a": deep}
    assert "x" not in json.dumps(without_secrets(deep)[0])
