"""Compression of what is stored: only where it pays, and never more than may be read back."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

UP_TO: Final = 64 * 2**20
"""Bytes that are compressed at most, and how far anything is ever decompressed: a store may be a stranger's."""

SAMPLE: Final = 4_096  # bytes of something large that are tried first
WORTHWHILE: Final = 0.9  # of the size must be left at most
CHUNK: Final = 2**20  # bytes that are compressed in one go: some ten milliseconds


def shrinks(body: bytes) -> bool:
    """Whether compressing is allowed and likely to pay, judged by the beginning."""
    sample = body[:SAMPLE]
    large = len(body) > 2 * SAMPLE
    return len(body) <= UP_TO and not (large and len(zlib.compress(sample, 1)) > WORTHWHILE * len(sample))


def deflated(body: bytes) -> Iterator[bytes]:
    """The compressed body in pieces, so that whoever compresses something large may pause between them."""
    deflater = zlib.compressobj(1)
    view = memoryview(body)
    for start in range(0, len(body), CHUNK):
        yield deflater.compress(view[start : start + CHUNK])
    yield deflater.flush()


def is_worthwhile(smaller: bytes, body: bytes) -> bool:
    """Whether enough was gained."""
    return len(smaller) < WORTHWHILE * len(body)


def decompressed(body: bytes) -> bytes:
    """The whole body and nothing after it. Raises ValueError or zlib.error for anything else."""
    inflater = zlib.decompressobj()
    raw = inflater.decompress(body, UP_TO)
    if not inflater.eof or inflater.unused_data:
        raise ValueError("its compressed body is cut, too long or followed by other bytes")
    return raw
