"""Any store agrees with the plainest model of one, whatever is asked of it in whatever order."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playhead.errors import StoreConflict
from playhead.stores.port import Lease, RunSummary
from tests.stores.conftest import STORES

RUNS = st.sampled_from(["a", "b", "a-b"])
FRAMES = st.lists(st.binary(max_size=20), max_size=4)
LEASES = st.none() | st.builds(
    Lease, st.sampled_from("xy"), st.just("host"), st.integers(0, 2), st.just(1.0), st.just(2.0)
)
OFFSETS = st.sampled_from([0, 0, 0, 0, -2, -1, 1])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), RUNS, OFFSETS, FRAMES, st.booleans()),
        st.tuples(st.just("read"), RUNS, st.integers(0, 8)),
        st.tuples(st.just("lease"), RUNS, LEASES, LEASES),
        st.tuples(st.just("delete"), RUNS),
        st.tuples(st.just("reopen"), RUNS),
    ),
    max_size=25,
)


class Model:
    def __init__(self) -> None:
        self.logs: dict[str, list[bytes]] = {}
        self.summaries: dict[str, RunSummary] = {}
        self.leases: dict[str, Lease] = {}


@pytest.mark.parametrize("name", STORES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_a_store_agrees_with_the_model(name: str, steps: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(name, Path(folder), steps))


async def compare(name: str, folder: Path, steps: list[tuple]) -> None:
    ways = [STORES[name](folder)] * 2
    stores = [way() for way in ways]
    model = Model()
    for store in stores:
        await store.open()
    try:
        for number, step in enumerate(steps):
            await take(stores[number % 2], model, number, *step)
            for run_id in ("a", "b", "a-b"):
                assert await stores[(number + 1) % 2].last(run_id) == len(model.logs.get(run_id, []))
        listed = sorted(model.summaries.values(), key=lambda summary: summary.created_at, reverse=True)
        assert await stores[0].summaries() == listed
    finally:
        for store in stores:
            await store.close()


async def take(store, model: Model, number: int, verb: str, run_id: str, *rest) -> None:
    log = model.logs.setdefault(run_id, [])
    if verb == "append":
        offset, frames, with_summary = rest
        summary = RunSummary(run_id, "flow", "running", None, number, number) if with_summary else None
        try:
            await store.append(run_id, len(log) + offset, frames, summary)
        except StoreConflict as conflict:
            assert offset != 0
            assert conflict.actual == len(log)
        else:
            assert offset == 0
            log += frames
            if summary is not None:
                model.summaries[run_id] = summary._replace(last=len(log))
    elif verb == "read":
        assert await store.read(run_id, rest[0]) == log[rest[0] :]
    elif verb == "lease":
        expected, new = rest
        swapped = await store.swap_lease(run_id, expected, new)
        assert swapped == (model.leases.get(run_id) == expected)
        if swapped:
            model.leases = {**model.leases, run_id: new}
        assert await store.lease(run_id) == model.leases.get(run_id)
    elif verb == "delete":
        await store.delete(run_id)
        for kept in (model.logs, model.summaries, model.leases):
            kept.pop(run_id, None)
    else:
        await store.close()
        await store.open()
