"""The page of commands says what the commands say."""

from __future__ import annotations

from tests.docs.commands_page import PAGE, page


def test_the_page_is_what_the_commands_help_says_now() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it anew: python -m tests.docs.commands_page"
