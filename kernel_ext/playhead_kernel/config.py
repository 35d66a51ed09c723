"""Preferences: what ``%config PlayheadMagics`` shows and sets."""

from __future__ import annotations

from traitlets import Bool, Enum, Float, Unicode
from traitlets.config import Configurable


class Preferences(Configurable):
    """How the notebook's side of Playhead behaves; set with ``%config PlayheadMagics.display = 'static'``."""

    display = Enum(
        ("auto", "static", "text"),
        default_value="auto",
        help="How a run is shown: 'auto' is the live player, 'static' a picture, 'text' an outline.",
    ).tag(config=True)

    store = Unicode(
        ".playhead", help="The folder of the store that %load_ext opens; %workflow store PATH changes it later."
    ).tag(config=True)

    flush_rate = Float(
        20.0, min=0.1, help="How often a live player is told what is new, at most, in times per second."
    ).tag(config=True)

    deterministic = Bool(
        False, help="Run ids count up (run-1, run-2, …) and texts leave out times: for documentation and tests."
    ).tag(config=True)
