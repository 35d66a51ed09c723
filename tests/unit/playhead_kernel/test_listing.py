"""Listings: tables that stay lists."""

from __future__ import annotations

from playhead_kernel.listing import Listing


def listing(*items: object) -> Listing[object]:
    return Listing(items, ["name", "length"], lambda item: [item, len(str(item))], "Nothing here.")


def test_it_is_a_list_of_the_things_themselves() -> None:
    found = listing("ab", "c")
    assert found == ["ab", "c"]
    assert found[1:] == ["c"]


def test_columns_are_aligned_and_lines_have_no_blanks_at_the_end() -> None:
    assert listing("abcdef", "c").text() == "name    length\nabcdef  6\nc       1"


def test_an_empty_one_says_so() -> None:
    assert listing().text() == "Nothing here."
    assert "Nothing here." in listing()._repr_html_()


def test_html_is_escaped() -> None:
    html = listing("<img src=x onerror=alert(1)>")._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


def test_a_long_text_is_cut_and_a_hiding_character_shown() -> None:
    text = listing("x" * 500, "a\u202eb").text()
    assert "… (+440)" in text
    assert "a\\u202eb" in text
