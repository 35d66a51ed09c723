"""What is typed after a command becomes data, and is never evaluated."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.error import UsageError

from playhead.definition.schema import Schema
from playhead_kernel.payloads import is_pair, literal, payload_in, payload_of, tokens_of, unquoted


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  a   b\tc ", ["a", "b", "c"]),
        ('name="Ada L." n=3', ['name="Ada L."', "n=3"]),
        ("name='it is' x", ["name='it is'", "x"]),
        ("rows=[1, 2, 3] n=4", ["rows=[1, 2, 3]", "n=4"]),
        ('card={"number": 1, "cvc": [2, 3]} x', ['card={"number": 1, "cvc": [2, 3]}', "x"]),
        ("{'a': ')'} b", ["{'a': ')'}", "b"]),
        ("it's fine", ["it's", "fine"]),
        (r'say="a \" b" c', [r'say="a \" b"', "c"]),
        ("f(x y", ["f(x", "y"]),
    ],
)
def test_words_are_parted_by_blanks_outside_quotes_and_brackets(line: str, words: list[str]) -> None:
    assert tokens_of(line) == words


@pytest.mark.parametrize(("line", "missing"), [('name="Ada', '"'), ("rows=[1, 2", "]"), ("x={'a': (1", ")")])
def test_what_is_left_open_is_named(line: str, missing: str) -> None:
    with pytest.raises(UsageError, match=f"^\\{missing} is missing at the end of"):
        tokens_of(line)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-2.5", -2.5),
        ("1e3", 1000.0),
        ("True", True),
        ("true", True),
        ("null", None),
        ("None", None),
        ("'3'", "3"),
        ("[1, 2]", [1, 2]),
        ('{"a": null, "b": true}', {"a": None, "b": True}),
        ("{1, 2}", {1, 2}),
        ("(1,)", (1,)),
        ("Ada", "Ada"),
        ("2026-11-25", "2026-11-25"),
        ("1/2", "1/2"),
        ("{[]: 1}", "{[]: 1}"),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
        ("f'{1}'", "f'{1}'"),
        ("(" * 300, "(" * 300),
    ],
)
def test_a_literal_is_read_and_anything_else_is_text(text: str, value: Any) -> None:
    found = literal(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ([], None),
        (["7"], 7),
        (["'7'"], "7"),
        (["Ada"], "Ada"),
        (["n=7"], {"n": 7}),
        (["n=7", "name=Ada", 'note="a b"'], {"n": 7, "name": "Ada", "note": "a b"}),
        (["card.number=1", "card.owner.name=Ada"], {"card": {"number": 1, "owner": {"name": "Ada"}}}),
        (["empty="], {"empty": ""}),
        (["a=b=c"], {"a": "b=c"}),
        (["größe=1"], {"größe": 1}),
    ],
)
def test_pairs_make_a_dict_and_dots_nest(words: list[str], value: Any) -> None:
    found = payload_of(words)
    assert (None if found is None else found.value) == value


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["n=1", "Ada"], "'Ada' is no key=value pair"),
        (["n=1", "n=2"], "'n' is given twice"),
        (["a=1", "a.b=2"], "a key has either a value or parts"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        payload_of(words)


@pytest.mark.parametrize(("word", "pair"), [("a=1", True), ("a.b=", True), ("a==1", True), ("=1", False), ("a", False)])
def test_a_pair_is_told_from_a_word(word: str, pair: bool) -> None:
    assert is_pair(word) is pair


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("3\n", 3),
        ("[1,\n 2]", [1, 2]),
        ('{"ok": true}', {"ok": True}),
        ("ok: true\nnote: all is well\n", {"ok": True, "note": "all is well"}),
        ("ok = true\n# a remark\n\n'note': 'x',", {"ok": True, "note": "x"}),
        ("card.number: 4", {"card": {"number": 4}}),
        ("just some words\nand more", "just some words\nand more"),
        ("'quoted'", "quoted"),
    ],
)
def test_the_body_of_a_cell_is_a_literal_json_lines_or_text(body: str, value: Any) -> None:
    assert payload_in(body).value == value


@pytest.mark.parametrize("body", ["{'a': ", "ok: true\nand then\n", "[1, 2\n"])
def test_a_body_that_is_none_of_them_is_refused(body: str) -> None:
    with pytest.raises(UsageError, match="neither a literal, nor JSON, nor lines of key: value"):
        payload_in(body)


@pytest.mark.parametrize(
    ("words", "wanted", "value"),
    [
        (["17"], str, "17"),
        (["17"], int, 17),
        (["id=0017", "n=3"], dict[str, str], {"id": "0017", "n": "3"}),
        (["id=0017", "n=3"], dict[str, int | str], {"id": "0017", "n": 3}),
        (["'17'"], int, "17"),
        (["true"], str, "true"),
        (["card.id=5"], dict[str, dict[str, str]], {"card": {"id": "5"}}),
        (["x=[1]"], dict[str, int], {"x": [1]}),
    ],
)
def test_text_is_kept_as_it_was_typed_where_the_schema_wants_text(words: list[str], wanted: Any, value: Any) -> None:
    payload = payload_of(words)
    assert payload is not None
    assert payload.fitted(Schema(wanted)) == value


def test_a_validator_that_breaks_is_left_to_the_engine() -> None:
    class Odd:
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            from pydantic_core import core_schema

            def fail(value: Any) -> Any:
                raise KeyError(value)

            return core_schema.no_info_plain_validator_function(fail)

    payload = payload_of(["17"])
    assert payload is not None
    assert payload.fitted(Schema(Odd)) == 17


@pytest.mark.parametrize(("token", "text"), [("'a b'", "a b"), ('"x"', "x"), ("plain", "plain"), ("'3'", "3")])
def test_quotes_around_a_word_are_taken_off(token: str, text: str) -> None:
    assert unquoted(token) == text
