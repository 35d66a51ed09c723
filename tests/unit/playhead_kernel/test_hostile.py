"""Whatever a stored run says of itself, no list of runs or workflows lets it act."""

from __future__ import annotations

import pytest

from playhead_kernel.listing import Listing
from tests.hostile import TEXTS, unsafe


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_list_lets_no_text_act(text: str) -> None:
    listing = Listing([text], ["one", "two"], lambda item: [item, item], empty=text)
    assert unsafe(listing._repr_html_()) == []
    assert unsafe(Listing([], ["a"], lambda item: [item], empty=text)._repr_html_()) == []
    assert all(character.isprintable() or character == "\n" for character in listing.text())
