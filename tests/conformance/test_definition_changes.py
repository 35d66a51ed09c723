"""F18: a workflow that was edited while a run waited gives one of three outcomes: go on, go on with a warning, refuse.

The run waits in ``inner/ask``: it has gone through ``price``, ``stock`` beside ``credit``, ``large`` (a branch has
chosen it over ``small``) and ``inner/pack``. Before it are ``inner/label``, ``poll``, ``ship`` and ``total``.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from playhead import Context, Step, Workflow
from playhead.errors import DefinitionChanged, DefinitionChangedWarning, NothingSuspended
from playhead.machine import events as E

from .conftest import World
from .next_process import RUN, Hold, die_at

Data = dict[str, Any]
Edit = Callable[["Draft"], None]

pytestmark = pytest.mark.filterwarnings("ignore::playhead.errors.DefinitionChangedWarning")


class Order(BaseModel):
    n: int


class Narrow(BaseModel):
    n: int
    customer: str


async def price(order: Data) -> Data:
    return {**order, "price": 2}


async def other_price(order: Data) -> Data:
    return {**order, "price": 3}


async def look(order: Any) -> Any:
    return order


async def ask(order: Data, ctx: Context[Any]) -> Data:
    return {"n": 1, "said": ctx.resume_data} if ctx.resumed else ctx.suspend("go on?")


async def ask_more(order: Data, ctx: Context[Any]) -> Data:
    return {"n": 1, "said": f"{ctx.resume_data}!"} if ctx.resumed else ctx.suspend("go on?")


async def poll(order: Data) -> Data:
    return {**order, "n": order["n"] + 1}


async def poll_faster(order: Data) -> Data:
    return {**order, "n": order["n"] + 2}


def price_told_at_length() -> Any:
    async def price(order: Data) -> Data:
        """One number for all."""
        # But it may become several.
        return {**order, "price": 2}

    return price


def is_large(order: Any) -> bool:
    return True


def is_large_now(order: Any) -> bool:
    return bool(order)


class Draft:
    """The workflow in the making: its parts by name, each of them an entry, to be edited."""

    def __init__(self) -> None:
        self.price = step_of(price, "price")
        self.checks = [step_of(look, "stock"), step_of(look, "credit")]
        self.arms = [(is_large, step_of(look, "large")), (lambda order: False, step_of(look, "small"))]
        self.pack, self.ask, self.label = step_of(look, "pack"), step_of(ask, "ask"), step_of(look, "label")
        self.inside = ["pack", "ask", "label"]
        self.poll = step_of(poll, "poll")
        self.enough: Any = lambda order: order["n"] >= 3
        self.width = 1
        self.entries: list[Any] = ["price", "checks", "arms", "inner", "poll", "items", "ship", "total"]
        self.options: Data = {}

    def workflow(self) -> Any:
        flow: Any = Workflow("orders", **self.options)
        for entry in self.entries:
            flow = entry(flow) if callable(entry) else getattr(self, f"add_{entry}")(flow)
        return flow.commit()

    def add_price(self, flow: Any) -> Any:
        return flow.then(self.price)

    def add_checks(self, flow: Any) -> Any:
        return flow.parallel(*self.checks)

    def add_arms(self, flow: Any) -> Any:
        return flow.branch(*self.arms)

    def add_inner(self, flow: Any) -> Any:
        inner: Any = Workflow("inner")
        for name in self.inside:
            inner = inner.then(getattr(self, name))
        return flow.then(inner.commit())

    def add_poll(self, flow: Any) -> Any:
        return flow.dountil(self.poll, self.enough)

    def add_items(self, flow: Any) -> Any:
        return flow.map(lambda order: [order, order], id="items")

    def add_ship(self, flow: Any) -> Any:
        return flow.foreach(step_of(look, "ship"), concurrency=self.width)

    def add_total(self, flow: Any) -> Any:
        return flow.map(lambda shipped: {"orders": len(shipped), **shipped[0]}, id="total")


def step_of(fn: Any, id: str, **options: Any) -> Step[Any, Any]:
    return Step(fn, id=id, **options)


def flow_of(*edits: Edit) -> Any:
    draft = Draft()
    for edit in edits:
        edit(draft)
    return draft.workflow()


def setting(name: str, value: Any) -> Edit:
    return lambda draft: setattr(draft, name, value)


def entries(*order: Any) -> Edit:
    return setting("entries", list(order))


def new(id: str) -> Callable[[Any], Any]:
    return lambda flow: flow.then(step_of(look, id))


NOTHING: Edit = lambda draft: None  # noqa: E731  # one of many edits

GOES_ON: dict[str, Edit] = {
    "nothing": NOTHING,
    "comments and docstrings of a finished step": setting("price", step_of(price_told_at_length(), "price")),
    "the body of the step that waits": setting("ask", step_of(ask_more, "ask")),
    "the body of a step to come": setting("poll", step_of(poll_faster, "poll")),
    "a step added at the end": lambda draft: draft.entries.append(new("notify")),
    "a step added right after the playhead": setting("inside", ["pack", "ask", "label", "look"]),
    "a step to come removed": entries("price", "checks", "arms", "inner", "items", "ship", "total"),
    "steps to come in another order": setting("inside", ["pack", "ask", "label"]),
    "a step to come renamed": entries("price", "checks", "arms", "inner", new("other"), "items", "ship", "total"),
    "the bound of a loop to come": setting("enough", lambda order: order["n"] >= 2),
    "the concurrency of a foreach to come": setting("width", 2),
    "an arm of a branch that was not chosen": lambda draft: draft.arms.__setitem__(
        1, (lambda order: True, step_of(price, "small"))
    ),
    "a new arm of a branch that has chosen": lambda draft: draft.arms.append((is_large, step_of(look, "huge"))),
    "a schema that what is recorded still fits": setting("price", step_of(price, "price", input=Order)),
    "the schema of the state": lambda draft: draft.options.update(state=None),
}
WARNS: dict[str, tuple[Edit, str]] = {
    "the body of a finished step": (
        setting("price", step_of(other_price, "price")),
        "price has changed since it finished: its result is kept",
    ),
    "the body of a finished step of a nested workflow": (
        setting("pack", step_of(price, "pack")),
        "inner/pack has changed since it finished: its result is kept",
    ),
    "the condition of a branch that has chosen": (
        lambda draft: draft.arms.__setitem__(0, (is_large_now, step_of(look, "large"))),
        "large was chosen by a condition that has changed since: the choice is kept",
    ),
}
REFUSED: dict[str, tuple[Edit, str]] = {
    "a finished step removed": (
        entries("checks", "arms", "inner", "poll", "items", "ship", "total"),
        "price was reached by the run and is gone from the workflow",
    ),
    "a finished step renamed": (
        setting("price", step_of(price, "prices")),
        "prices stands before what the run has reached, and would not run",
    ),
    "finished steps in another order": (
        entries("checks", "price", "arms", "inner", "poll", "items", "ship", "total"),
        "stock, credit was reached by the run and stands elsewhere now",
    ),
    "a step inserted before the playhead": (
        entries("price", new("tax"), "checks", "arms", "inner", "poll", "items", "ship", "total"),
        "tax stands before what the run has reached, and would not run",
    ),
    "a step inserted right before the one that waits": (
        setting("inside", ["pack", "look", "ask", "label"]),
        "inner/look stands before what the run has reached, and would not run",
    ),
    "a step to come moved before the playhead": (
        setting("inside", ["pack", "label", "ask"]),
        "inner/label stands before what the run has reached, and would not run",
    ),
    "the step that waits removed": (
        setting("inside", ["pack", "label"]),
        "inner/ask was reached by the run and is gone from the workflow",
    ),
    "the workflow that waits removed": (
        entries("price", "checks", "arms", "poll", "items", "ship", "total"),
        "inner was reached by the run and is gone from the workflow",
    ),
    "a new arm in a parallel block that is over": (
        lambda draft: draft.checks.append(step_of(look, "fraud")),
        "fraud stands before what the run has reached, and would not run",
    ),
    "an arm that is finished removed": (
        lambda draft: draft.checks.pop(),
        "credit was reached by the run and is gone from the workflow",
    ),
    "a finished step made a loop": (
        entries(lambda f: f.dountil(step_of(price, "price"), is_large), "checks", "arms", "inner", "poll"),
        "price was a step and is a step in a loop now",
    ),
    "a parallel block made a branch": (
        entries(
            "price",
            lambda f: f.branch((is_large, step_of(look, "stock")), (is_large, step_of(look, "credit"))),
            "arms",
            "inner",
            "poll",
        ),
        "credit was a step in a parallel and is a step in a branch now",
    ),
    "a nested workflow made a step": (
        entries("price", "checks", "arms", new("inner"), "poll"),
        "inner was a workflow and is a step now",
    ),
    "a schema that what is recorded does not fit": (
        setting("price", step_of(price, "price", input=Narrow)),
        "price has recorded what does not fit its schema any more: customer: Field required",
    ),
    "a state schema that what is recorded does not fit": (
        lambda draft: draft.options.update(state=Narrow),
        "the state has recorded what does not fit its schema any more: customer: Field required",
    ),
}


async def waiting() -> Any:
    run = flow_of(setting("look", step_of(look, "look"))).create_run(run_id=RUN)
    result = await run.start({"n": 0}, state={"n": 5})
    assert result.suspended == [("inner", "ask")]
    return run


def edited(edit: Edit) -> Any:
    return flow_of(setting("look", step_of(look, "look")), edit).create_run(run_id=RUN)


def lines_of(caught: list[warnings.WarningMessage]) -> list[str]:
    return [line for one in caught for line in str(one.message).splitlines()[1:]]


def test_there_are_as_many_edits_as_the_plan_asks_for() -> None:
    assert len(GOES_ON) + len(WARNS) + len(REFUSED) >= 24


@pytest.mark.parametrize("name", GOES_ON)
async def test_a_run_goes_on_after_a_change_of(world: World, name: str) -> None:
    await waiting()
    await world.restart()
    with warnings.catch_warnings():
        warnings.simplefilter("error", DefinitionChangedWarning)
        result = await edited(GOES_ON[name]).resume("yes")
    assert result.status == "success"
    assert result.steps["price"].output["price"] == 2


@pytest.mark.parametrize("name", WARNS)
async def test_a_run_goes_on_with_a_warning_after_a_change_of(world: World, name: str) -> None:
    edit, line = WARNS[name]
    await waiting()
    await world.restart()
    run = edited(edit)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DefinitionChangedWarning)
        result = await run.resume("yes")
    assert lines_of(caught) == [line]
    assert result.status == "success"
    assert result.steps["price"].output["price"] == 2  # as it was when it ran
    resumed = [event for event in await run.events() if event.type == "run-resumed"]
    assert resumed[-1].data["changes"] == [line]


@pytest.mark.parametrize("name", REFUSED)
async def test_a_run_is_refused_after_a_change_of(world: World, name: str) -> None:
    edit, line = REFUSED[name]
    before = [event.seq for event in await (await waiting()).events()]
    await world.restart()
    run = edited(edit)
    with pytest.raises(DefinitionChanged) as refused:
        await run.resume("yes")
    assert line in refused.value.changes
    assert line in str(refused.value)
    assert "accept_changes=True" in str(refused.value)
    assert [event.seq for event in await run.events()] == before
    assert (await edited(NOTHING).resume("yes")).status == "success"  # with the change undone


ACCEPTED = [name for name in REFUSED if name not in ("the step that waits removed", "the workflow that waits removed")
            and "made a step" not in name]  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
async def test_a_change_that_is_accepted_lets_the_run_go_on(world: World, name: str) -> None:
    edit, line = REFUSED[name]
    await waiting()
    await world.restart()
    run = edited(edit)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DefinitionChangedWarning)
        result = await run.resume("yes", accept_changes=True)
    assert line in lines_of(caught)
    assert result.status == "success"
    finished = Counter(event.path for event in await run.events() if event.type == "step-succeeded")
    assert set(finished.values()) == {1}  # nothing ran twice
    await world.restart()
    assert (await edited(edit).snapshot()).output == result.output


async def test_a_refusal_shows_the_difference(world: World) -> None:
    await waiting()
    await world.restart()
    with pytest.raises(DefinitionChanged) as refused:
        await edited(REFUSED["a step inserted before the playhead"][0]).resume("yes")
    assert refused.value.diff.splitlines()[2:] == ["@@ -1,2 +1,3 @@", " price", "+tax", " stock (parallel)"]


async def test_a_change_is_warned_of_once(world: World) -> None:
    await waiting()
    edit = WARNS["the body of a finished step"][0]

    async def asked(*more: Edit) -> list[str]:
        run = flow_of(setting("look", step_of(look, "look")), edit, *more).create_run(run_id=RUN)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DefinitionChangedWarning)
            await run.time_travel(("inner", "ask"))
        return lines_of(caught)

    assert len(await asked()) == 1
    assert await asked() == []
    assert await asked(lambda draft: draft.entries.append(new("notify"))) == []


async def test_the_step_that_waited_is_gone_for_good_when_that_is_accepted(world: World) -> None:
    await waiting()
    await world.restart()
    run = edited(REFUSED["the step that waits removed"][0])
    with warnings.catch_warnings():
        warnings.simplefilter("error", DefinitionChangedWarning)  # a refusal warns of nothing
        with pytest.raises(NothingSuspended):
            await run.resume("yes", accept_changes=True)
    assert (await run.time_travel(("inner", "label"), input={"n": 1})).status == "success"


# -- the other ways to go on -----------------------------------------------------------------------------------


async def test_a_paused_run_is_held_to_the_same(world: World) -> None:
    run = edited(NOTHING)
    await run.start({"n": 0}, per_step=True)
    await world.restart()
    inserted = edited(entries(new("tax"), "price", "checks"))
    with pytest.raises(DefinitionChanged, match="tax stands before"):
        await inserted.proceed()
    with pytest.raises(DefinitionChanged, match="tax stands before"):
        await inserted.step()
    assert (await inserted.proceed(accept_changes=True)).status == "success"
    assert "tax" not in (await inserted.snapshot()).steps


async def test_a_run_whose_process_died_is_held_to_the_same(world: World) -> None:
    hold = Hold()

    async def work(order: Any) -> Any:
        await hold.here()
        return order

    def flow(*ids: str) -> Any:
        found: Any = Workflow("works").then(step_of(price, "price"))
        for id in ids:
            found = found.then(step_of(work, id))
        return found.commit().create_run(run_id=RUN)

    await die_at(hold, world, flow("work").start({"n": 0}))
    with pytest.raises(DefinitionChanged, match="work was reached by the run and is gone"):
        await flow("other").restart()
    result = await flow("other").restart(accept_changes=True)
    assert result.status == "success"
    assert list(result.steps) == ["price", "other"]


async def test_a_fork_goes_on_by_the_workflow_as_it_is(world: World) -> None:
    await waiting()
    await world.restart()
    run = edited(REFUSED["a step inserted before the playhead"][0])
    with warnings.catch_warnings(record=True):
        child = await run.fork(at=(await run.snapshot()).seq)
    result = await child.proceed()
    assert result.suspended == [("inner", "ask")]
    assert (await child.resume("yes")).status == "success"


async def test_another_workflow_under_the_same_id_is_refused(world: World) -> None:
    """Fine print 85."""
    await waiting()
    await world.restart()
    with pytest.raises(DefinitionChanged):
        await Workflow("orders").then(step_of(look, "something-else")).commit().create_run(run_id=RUN).resume("yes")


async def test_whoever_answers_a_run_that_is_going_need_not_have_its_definition(world: World) -> None:
    hold = Hold()

    async def work(order: Any) -> Any:
        await hold.here()
        return order

    def flow(id: str) -> Any:
        return Workflow("both").parallel(step_of(ask, "ask"), step_of(work, id)).commit().create_run(run_id=RUN)

    run = flow("work")
    await run.begin({"n": 0})
    await hold.is_reached()
    await anext(event async for event in run.observe() if event.type == E.STEP_SUSPENDED)
    await flow("other").answer("yes")
    hold.open()
    assert (await run.wait()).status == "success"


# -- what stands in the log ------------------------------------------------------------------------------------


async def test_the_log_carries_the_outline_once_and_its_digest_with_every_claim(world: World) -> None:
    run = await waiting()
    await world.restart()
    run = edited(NOTHING)
    await run.resume("yes")
    await run.time_travel("price")
    claims = [event.data for event in run._control.log.events if "definition" in event.data]
    assert len(claims) == 3
    assert len({data["definition"] for data in claims}) == 1
    assert ["outline" in data for data in claims] == [True, False, False]


async def test_sources_are_kept_once_for_all_runs_of_a_workflow(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    store = world.runtime.store
    put = store.put_shared

    async def noting(data: bytes) -> str:
        kept.append(data)
        return await put(data)

    monkeypatch.setattr(store, "put_shared", noting)
    flow = flow_of()
    for _ in range(5):
        await flow.run({"n": 0}, state={"n": 5})
    assert len(kept) == 1


# -- what people can see ---------------------------------------------------------------------------------------


async def test_changes_lists_what_is_written_differently_since_the_run_began(world: World) -> None:
    await waiting()
    await world.restart()
    run = edited(NOTHING)
    assert await run.changes() == []

    def edit(draft: Draft) -> None:
        draft.price = step_of(other_price, "price")
        draft.enough = lambda order: order["n"] >= 9
        draft.inside = ["pack", "ask"]
        draft.entries.append(new("notify"))

    changes = await edited(edit).changes()
    assert [(change.path, change.kind, change.was_reached) for change in changes] == [
        (("price",), "changed", True),
        (("inner", "label"), "removed", False),
        (("poll",), "changed", False),
        (("notify",), "added", False),
    ]
    price_change, label, poll_change, notify = changes
    assert '-    return {**order, "price": 2}' in price_change.diff
    assert '+    return {**order, "price": 3}' in price_change.diff
    assert poll_change.diff.splitlines()[-2:] == ["-# until: order['n'] >= 3", "+# until: order['n'] >= 9"]
    assert (notify.before, label.after) == (None, None)
    assert label.before is not None
    assert "async def look" in label.before


async def test_changes_are_since_the_beginning_also_when_the_run_has_gone_on_since(world: World) -> None:
    await waiting()
    await world.restart()
    edit = setting("label", step_of(price, "label"))
    await edited(edit).resume("yes")
    assert [change.path for change in await edited(edit).changes()] == [("inner", "label")]


async def test_changes_are_known_without_the_sources(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await waiting()
    await world.restart()

    async def lost(digest: str) -> None:
        return None

    monkeypatch.setattr(world.runtime.store, "shared", lost)
    (change,) = await edited(WARNS["the body of a finished step"][0]).changes()
    assert (change.path, change.before) == (("price",), None)
