"""What a spawned process does with an error it is sent; it has loaded the same classes."""

from __future__ import annotations

from playhead.codec.errors import dump_error, load_error
from playhead.machine.payload import Encoded
from tests.identity import corpus
from tests.identity.telling import told

__all__ = ["corpus", "raise_and_send_back"]


def raise_and_send_back(data: bytes) -> tuple[str, bytes]:
    """What the error looks like where it is raised, and the error as it goes back."""
    error = load_error(Encoded(data))
    try:
        raise error
    except BaseException as caught:
        return told(caught), dump_error(caught).data
