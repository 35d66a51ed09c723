"""The stage: where a program is run, answered and interrupted, and its story is held against the oracle's."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from hypothesis import reject

from playhead import MemoryStore, Run, RunResult, Runtime
from playhead.engines.effects import Clock
from playhead.machine import events as E
from playhead.stores.log import RunLog
from playhead.stores.port import Store
from tests.properties.addresses import addresses
from tests.properties.building import Builder, Effects, Pause
from tests.properties.descriptions import Path, Program
from tests.properties.oracle import Oracle
from tests.properties.stories import Effect, Story, differences
from tests.properties.strategies import MOST_ARMS
from tests.properties.telling import head, places
from tests.properties.unhurried import Unhurried
from tests.properties.virtual_loop import VirtualClock, VirtualLoop

Engine = Literal["direct", "evented"]

RUN = "told"
"""The id of the run that is told of."""

ENGINES: tuple[Engine, Engine] = ("direct", "evented")

ANSWERS = (7, {"ok": True}, [1, 2], "yes", 0, "", None)
"""Answers to give, with those that are falsy, and none at all."""


class Answer(NamedTuple):
    """An answer, the questions that it is for, and how to say so."""

    data: Any
    targets: list[Path]
    options: dict[str, Any]


class Stage:
    """One run of one program on one store, and the processes that come and go.

    A process is a runtime of its own, with workflows built anew: it shares the store with the one before, and nothing
    else. ``answers`` are those given so far; ``stops`` is how many processes ended in the middle of the run;
    ``runtime`` is that of the process that began last.
    """

    def __init__(self, program: Program, store: Store, clock: Clock, pause: Pause, chance: random.Random) -> None:
        self.program = program
        self.store = store
        self.clock = clock
        self.chance = chance
        self.pause = pause
        self.effects = Effects()
        self.answers: dict[Path, list[Any]] = {}
        self.stops = 0
        self._builder = Builder(self.effects, pause)
        self._reader = self._builder.flow(program.flow)

    @asynccontextmanager
    async def process(self, engine: Engine, store: Store | None = None) -> AsyncIterator[Run]:
        """The run, in a process that just began; ``store`` is how it sees the store of the stage."""
        async with Runtime(store=store or self.store, engine=engine, clock=self.clock) as runtime:
            self.runtime = runtime
            yield self._builder.flow(self.program.flow).create_run(run_id=RUN, runtime=runtime)

    # -- from rest to rest -------------------------------------------------------------------------------------

    async def tell(self, engine: Engine) -> None:
        """Run it to its end on one engine, and check every rest."""
        async with self.process(engine) as run:
            await self.check(await run.start(self.program.input))
        await self.go_on(engine)

    async def go_on(self, engine: Engine) -> None:
        """Answer whatever it asks until it has ended; about every other answer is given in another process."""
        while self.asks:
            async with self.process(engine) as run:
                await self.check(await self.resume(run))
                while self.asks and self.chance.random() < 0.5:
                    await self.check(await self.resume(run))

    async def resume(self, run: Run, **options: Any) -> RunResult:
        """Answer one of the questions, or several at once."""
        answer = self.answer()
        self.given(answer)
        return await run.resume(answer.data, **answer.options, **options)

    @property
    def asks(self) -> bool:
        """Whether the run waits for an answer, if it rests and is as it should be."""
        return bool(self.oracle().story.waiting)

    def answer(self) -> Answer:
        """An answer that can be given, in one of the ways to say to which question."""
        oracle = self.oracle()
        path, _, _ = self.chance.choice(oracle.story.waiting)
        return Answer(self.chance.choice(ANSWERS), *self.chance.choice(addresses(path, oracle)))

    def given(self, answer: Answer) -> None:
        """Remember an answer that counts."""
        for target in answer.targets:
            self.answers.setdefault(target, []).append(answer.data)

    # -- looking -----------------------------------------------------------------------------------------------

    def oracle(self) -> Oracle:
        oracle = Oracle(self.program, self.answers)
        if oracle.is_undecided:
            reject()
        return oracle

    async def log(self) -> RunLog:
        """What the store has of the run, from its first event, as somebody reads it who has seen nothing of it."""
        log = RunLog(self.store, RUN)
        await log.refresh()
        await log.whole()
        return log

    async def check(self, result: RunResult) -> None:
        """The run that rests is the oracle's story, and reads in the store as it was told."""
        log, oracle = await self.log(), self.oracle()
        read = head(RunResult(self._reader, log.snapshot))
        must_agree(head(result), read)
        told = replace(read, places=places(log.snapshot), effects=self.effects.counted()).without(oracle.unsure)
        told = replace(told, effects=self.accounted(told.effects, oracle.effects, log))
        must_agree(told, oracle.story)

    def accounted(self, done: Counter[Effect], expected: Counter[Effect], log: RunLog) -> Counter[Effect]:
        """The effects without those that were done again because a process ended in the middle of them."""
        lost = Counter(event.path for event in log.events if event.type == E.STEP_LOST)
        again = {
            effect: min(number, lost[effect[1]] if effect[0] in ("body", "map") else self.stops * MOST_ARMS)
            for effect, number in (done - expected).items()
        }
        return done - Counter(again)


def must_agree(told: Story, expected: Story) -> None:
    found = differences(told, expected)
    if found:
        raise AssertionError("\n".join(["it is another story:", *found]))


def play(program: Program, seed: object, act: Callable[[Stage], Awaitable[None]]) -> Stage:
    """Let ``act`` happen on a stage without time; the same seed is the same schedule again."""
    loop = VirtualLoop(seed)

    async def pause() -> None:
        if loop.random.random() < 0.5:
            await asyncio.sleep(loop.random.random())

    stage = Stage(program, Unhurried(MemoryStore(), pause), VirtualClock(), pause, loop.random)
    try:
        loop.run(act(stage))
    except BaseException as error:
        error.add_note(f"answers: {stage.answers}\nto see it again: play({program!r}, {seed!r}, ...)")
        raise
    return stage
