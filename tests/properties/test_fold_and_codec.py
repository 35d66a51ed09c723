"""Folding what was stored is folding what happened: at every event, from every prefix, by every way to read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead import MemoryStore, RunResult
from playhead.codec.events import FIRST, decode_event, encode_event
from playhead.machine.fold import fold
from playhead.machine.snapshot import Snapshot
from playhead.stores import log as logs
from playhead.stores.log import RunLog
from tests.properties.descriptions import Program
from tests.properties.sizes import examples
from tests.properties.stage import ENGINES, RUN, Engine, Stage, play
from tests.properties.strategies import programs
from tests.properties.telling import head, places

CUTS = 5
"""How many prefixes of a log are opened."""

POINT_AFTER = 8
"""Events after which a log gets a compaction point here: few, so that most logs have one."""

SEEDS = st.integers(0, 2**32)


def no_blob(digest: str) -> bytes:
    raise AssertionError(f"there are no large values here, but {digest} was asked for")


@pytest.mark.parametrize("engine", ENGINES)
@examples(40)
@given(program=programs(), seed=SEEDS)
def test_what_was_stored_folds_to_what_happened_at_every_event(engine: Engine, program: Program, seed: int) -> None:
    async def act(stage: Stage) -> None:
        async with stage.process(engine) as run:
            result = await run.start(program.input)
            while stage.asks:
                result = await stage.resume(run)
            happened = stage.runtime.log_of(RUN)
            after, previous, written = Snapshot(RUN), FIRST, FIRST
            for event, frame in zip(happened.events, await stage.store.read(RUN), strict=True):
                encoded, written = encode_event(event, written)
                assert encoded == frame
                decoded, previous = decode_event(frame, previous, no_blob, seq=event.seq)
                after = fold(after, decoded)
                assert after == happened.at(event.seq)
                shown = await run.snapshot(event.seq)
                assert (shown.seq, head(shown)) == (event.seq, head(RunResult(run.workflow, after)))
            assert after.seq == result.seq

    play(program, seed, act)


@examples(40)
@given(program=programs(), seed=SEEDS)
def test_every_prefix_and_every_compaction_point_opens_to_what_happened(program: Program, seed: int) -> None:
    async def act(stage: Stage) -> None:
        await stage.tell("evented")
        happened = await stage.log()
        opened = RunLog(stage.store, RUN)
        await opened.refresh()
        assert (opened.start > 0) == (happened.snapshot.seq >= POINT_AFTER)
        assert places(opened.snapshot) == places(happened.snapshot)
        frames = await stage.store.read(RUN)
        for cut in stage.chance.sample(range(1, len(frames)), min(CUTS, len(frames) - 1)):
            prefix = MemoryStore()
            await prefix.append(RUN, 0, frames[:cut])
            log = RunLog(prefix, RUN)
            assert await log.refresh() == happened.at(cut)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "POINT_AFTER", POINT_AFTER)
        play(program, seed, act)
