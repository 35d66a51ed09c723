"""The player's model: what goes to the browser, what comes back, and what becomes of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest

from playhead.errors import InputInvalid, Issue
from playhead.machine.events import Event
from playhead_widgets.player import PRINTS, Player
from playhead_widgets.source import Recording, Reply
from tests.unit.playhead_widgets.recordings import NAMES, Verdict, arms, chain, recording
from tests.unit.playhead_widgets.scripts import run as script


@dataclass
class Growing(Recording):
    """A recording that grows, and takes commands: it keeps them, and answers as it is told."""

    commands: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusal: BaseException | None = None
    child: Any = None  # the player of what is forked

    def command(self, name: str, payload: dict[str, Any], reply: Reply) -> None:
        if self.refusal is not None:
            reply.refused(self.refusal)
            return
        self.commands.append((name, payload))
        reply.forked("child", self.child) if name == "fork" else reply.done()


class Page:
    """A browser's end of one player: what was sent to it, and its questions."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.sent: list[dict[str, Any]] = []
        player.send = lambda content, buffers=None: self.sent.append(json.loads(json.dumps(content)))

    @property
    def patches(self) -> list[dict[str, Any]]:
        return [content["patch"] for content in self.sent if "patch" in content]

    def ask(self, what: str, **content: Any) -> dict[str, Any]:
        """The answer to a question."""
        id = len(self.sent) + 1_000
        self.player._requests.handle({"ask": what, "id": id, **content})
        [answer] = [sent for sent in self.sent if sent.get("answer") == id]
        return answer

    def command(self, name: str, **payload: Any) -> dict[str, Any]:
        """What became of a command."""
        result: dict[str, Any] = self.ask("command", name=name, payload=payload)["result"]
        return result

    def truth(self) -> dict[str, Any]:
        """The synced truth, as a view that comes late finds it."""
        found: dict[str, Any] = json.loads(json.dumps(self.player.get_state()["truth"]))
        return {key: value for key, value in found.items() if key != "now"}


def grown(name: str, events: int | None = None) -> Growing:
    whole = recording(name)
    return Growing(whole.workflow, list(whole.log[:events]), run_id=whole.run_id)


def rest(name: str, after: int) -> Sequence[Event]:
    return list(recording(name).log[after:])


@pytest.fixture
def opened() -> Iterator[list[Player]]:
    players: list[Player] = []
    yield players
    for player in players:
        player.close()


@pytest.fixture
def page(opened: list[Player]) -> Any:
    def open_page(source: Recording) -> Page:
        opened.append(Player(source))
        return Page(opened[-1])

    return open_page


# -- what goes out -----------------------------------------------------------------------------------------------


def test_news_go_out_as_numbered_patches_of_what_is_new(page: Any) -> None:
    source = grown("chain", 2)
    shown = page(source)
    for event in rest("chain", 2):
        source.extend([event])
        shown.player.update()
    assert [patch["rev"] for patch in shown.patches] == list(range(1, len(shown.patches) + 1))
    seqs = [mark[0] for patch in shown.patches for mark in patch.get("marks", ())]
    assert seqs == sorted(seqs)
    assert min(seqs) > 2


def test_nothing_is_sent_where_nothing_is_new(page: Any) -> None:
    shown = page(grown("chain"))
    shown.player.update()
    assert shown.sent == []


def test_many_events_make_one_patch(page: Any) -> None:
    source = grown("loops", 1)
    shown = page(source)
    source.extend(rest("loops", 1))
    shown.player.update()
    assert len(shown.patches) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_view_that_comes_late_finds_what_the_patches_told(page: Any, name: str) -> None:
    source = grown(name, 1)
    early, first = page(source), page(grown(name, 1))
    told = dict(first.truth())
    for event in rest(name, 1):
        source.extend([event])
        early.player.update()
    for patch in early.patches:
        told["marks"] = told["marks"] + patch.get("marks", [])
        told |= {key: value for key, value in patch.items() if key not in ("marks", "prints", "now")}
    late = page(grown(name)).truth()
    assert {**told, "rev": 0, "prints": []} == {**late, "rev": 0, "prints": []}
    assert early.truth() == told


def test_an_event_costs_the_same_however_long_the_run_is(page: Any) -> None:
    source = grown("loops", 1)
    shown = page(source)
    for event in rest("loops", 1):
        source.extend([event])
        shown.player.update()
    sizes = [len(json.dumps(patch)) for patch in shown.patches]
    assert max(sizes) < 3_000


def test_what_steps_print_goes_out_and_only_the_last_of_it_is_kept(page: Any) -> None:
    source = grown("chain")
    shown = page(source)
    last = source.log[-1]
    source.extend(
        Event(last.seq + number, last.at, "step-printed", ("more",), {"text": f"line {number}\n"})
        for number in range(1, PRINTS + 50)
    )
    shown.player.update()
    kept = shown.truth()["prints"]
    assert len(kept) == PRINTS
    assert kept[-1][1:] == ["more", f"line {PRINTS + 49}\n"]
    assert shown.patches[-1]["prints"] == kept


def test_at_the_end_the_whole_truth_is_left_in_the_stored_state(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = page(grown("chain"))
    kept: list[Any] = []
    monkeypatch.setattr(shown.player, "send_state", kept.append)
    shown.player.finish()
    assert kept == ["truth"]


def test_a_workflow_that_was_defined_anew_is_drawn_anew(page: Any) -> None:
    source = grown("chain")
    shown = page(source)
    before = shown.player.graph
    source.workflow = arms()
    shown.player.redraw()
    assert 'data-path="tally"' in shown.player.graph
    assert shown.player.graph != before
    assert 'data-path="tally"' in shown.ask("graph", width=900)["svg"]
    assert {"redefined": True} in shown.sent


def test_an_output_that_is_stored_shows_a_picture_and_an_outline_where_there_is_no_widget(page: Any) -> None:
    data, _ = page(grown("chain")).player._repr_mimebundle_()
    assert data["text/plain"].splitlines()[0] == "chain: success"
    assert ElementTree.fromstring(data["image/svg+xml"]).tag.endswith("svg")


def test_the_store_the_run_is_in_is_named(page: Any) -> None:
    source = grown("chain")
    source.place = ".playhead"
    assert page(source).truth()["header"]["place"] == ".playhead"


# -- the browser's end -------------------------------------------------------------------------------------------

STORE = """(() => {
  const listeners = {};
  const asked = [];
  const model = {
    get: (key) => (key === "truth" ? data.truth : null), set: () => {}, send: (content) => asked.push(content),
    on: (type, listener) => { listeners[type] = listener; },
  };
  const store = new Store(model);
  for (const patch of data.patches) listeners["msg:custom"]({ patch });
  return { marks: store.marks, header: store.header, rev: store.rev, asked: asked.map(({ ask }) => ask),
    states: Object.fromEntries(store.board.states) };
})()"""


@pytest.fixture
def followed(page: Any) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """The truth at the start, the patches since, and the truth at the end, as they come to a browser."""
    source = grown("answered", 3)
    shown = page(source)
    before = shown.truth()
    for event in rest("answered", 3):
        source.extend([event])
        shown.player.update()
    found: tuple[Any, Any, Any] = tuple(json.loads(json.dumps([before, shown.patches, shown.truth()])))
    return found


def test_a_view_that_took_every_patch_shows_the_truth(followed: Any) -> None:
    before, patches, after = followed
    seen = script("Store from store", STORE, {"truth": before, "patches": patches})
    assert (seen["marks"], seen["header"], seen["rev"]) == (after["marks"], after["header"], after["rev"])
    assert seen["asked"] == []


def test_a_view_that_missed_a_patch_asks_for_everything(followed: Any) -> None:
    before, patches, _ = followed
    seen = script("Store from store", STORE, {"truth": before, "patches": [patches[0], *patches[2:]]})
    assert seen["rev"] == 1
    assert seen["asked"] == ["sync"]


def test_a_patch_that_comes_twice_is_taken_once(followed: Any) -> None:
    before, patches, after = followed
    seen = script("Store from store", STORE, {"truth": before, "patches": [*patches, patches[0], patches[-1]]})
    assert seen["marks"] == after["marks"]
    assert seen["asked"] == []


# -- what is asked -----------------------------------------------------------------------------------------------


def test_everything_can_be_asked_for(page: Any) -> None:
    shown = page(grown("loops"))
    synced = shown.ask("sync")["truth"]
    synced.pop("now")
    assert synced == shown.truth()


def test_a_drawing_that_fits_can_be_asked_for(page: Any) -> None:
    shown = page(grown("loops"))
    wide, narrow = (ElementTree.fromstring(shown.ask("graph", width=width)["svg"]) for width in (2_000, 400))
    assert float(narrow.get("width", "0")) < float(wide.get("width", "0"))
    assert 'data-path="crawl/page"' not in shown.ask("graph", width=900, open=[])["svg"]
    assert shown.ask("graph", width=10**9)["svg"] == shown.ask("graph", width=4_000)["svg"]


def test_a_place_can_be_inspected_at_a_moment(page: Any) -> None:
    source = grown("travelled")
    shown = page(source)
    done = next(event.seq for event in source.log if event.type == "step-succeeded" and event.path == ("twice",))
    then = shown.ask("inspect", path="twice", seq=done, last=done)["inspection"]
    now = shown.ask("inspect", path="twice", seq=source.log[-1].seq, last=0)["inspection"]
    assert (then["output"]["v"], now["output"]["v"]) == ("4", "100")


def test_more_of_a_value_can_be_asked_for(page: Any) -> None:
    shown = page(grown("asking"))
    found = shown.ask("value", path="", seq=99, part="state", at=[], offset=1)["value"]
    assert found["items"] == [["seen", {"t": "int", "v": "4"}]]
    assert "nothing to show" in shown.ask("value", path="", seq=99, part="__class__", at=[], offset=0)["problem"]


def test_two_moments_can_be_compared(page: Any) -> None:
    source = grown("chain")
    found = page(source).ask("compare", before=1, after=source.log[-1].seq)["changes"]
    assert [change["path"] for change in found["records"]] == ["more", "twice"]


def test_a_recording_has_no_other_run_to_be_compared_with(page: Any) -> None:
    shown = page(grown("chain"))
    assert shown.ask("runs")["runs"] == []
    assert "'other'" in shown.ask("compare", run="other", after=3)["problem"]


def test_what_a_fork_may_change_can_be_asked_for(page: Any) -> None:
    source = grown("chain")
    done = next(event.seq for event in source.log if event.type == "step-succeeded")
    assert page(source).ask("offer", seq=done)["offer"]["next"] == "twice"


def test_a_recording_knows_of_no_changes_in_its_workflow(page: Any) -> None:
    assert page(grown("chain")).ask("edits")["edits"] == []


def test_a_question_that_makes_no_sense_is_answered_with_the_problem(page: Any) -> None:
    shown = page(grown("chain"))
    assert shown.ask("graph", width="wide")["problem"]
    assert shown.ask("inspect", path="more")["problem"]
    assert "no command 'explode'" in shown.ask("command", name="explode")["problem"]


def test_what_nobody_knows_is_not_answered(page: Any) -> None:
    shown = page(grown("chain"))
    shown.player._requests.handle({"ask": "money", "id": 1})
    shown.player._requests.handle({})
    assert shown.sent == []


# -- commands ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["continue", "step", "pause", "cancel"])
def test_a_click_is_handed_on(page: Any, name: str) -> None:
    source = grown("asking")
    assert page(source).command(name) == {"ok": True}
    assert source.commands == [(name, {})]


def test_an_answer_is_handed_on_as_data_for_the_step(page: Any) -> None:
    source = grown("asking often")
    result = page(source).command("resume", path="approve#2", raw={"ok": True, "note": ""})
    assert result == {"ok": True}
    [(_, payload)] = source.commands
    assert payload["path"] == ("approve#2",)
    assert payload["index"] == 2
    assert Verdict.model_validate(payload["data"]) == Verdict(ok=True)


@pytest.mark.parametrize(
    ("raw", "path"), [({"ok": "maybe"}, ["ok"]), ({"ok": None}, ["ok"]), ("yes", []), ({"note": "x"}, ["ok"])]
)
def test_an_answer_that_cannot_be_one_is_refused_at_its_field_and_nobody_hears_it(
    page: Any, raw: Any, path: list[str]
) -> None:
    source = grown("asking")
    result = page(source).command("resume", path="approve", raw=raw)
    assert result["error"]["issues"][0]["path"] == path
    assert source.commands == []


def test_a_refusal_is_told_with_its_parts(page: Any) -> None:
    source = grown("asking")
    source.refusal = InputInvalid([Issue(("ok",), "Input should be a valid boolean", "x")])
    result = page(source).command("resume", path="approve", raw={"ok": True})
    assert result["error"]["issues"] == [{"path": ["ok"], "message": "Input should be a valid boolean"}]


def test_an_answer_to_a_step_that_was_not_reached_is_refused(page: Any) -> None:
    assert (
        "not reached"
        in page(grown("asking")).ask("command", name="resume", payload={"path": "twice", "raw": 1})["problem"]
    )


def test_a_fork_carries_what_was_edited_and_names_the_new_run(page: Any) -> None:
    source = grown("chain")
    shown, source.child = page(source), page(grown("chain")).player
    assert shown.command("fork", seq=3, input="[1, 2]", state='{"a": 1}') == {"ok": True, "run": "child"}
    assert shown.command("fork", seq=3) == {"ok": True, "run": "child"}
    assert source.commands == [
        ("fork", {"seq": 3, "input": [1, 2], "state": {"a": 1}}),
        ("fork", {"seq": 3}),
    ]


def test_what_was_forked_in_a_player_is_shown_in_it_by_late_views_too(page: Any) -> None:
    source = grown("chain")
    shown, source.child = page(source), page(grown("chain")).player
    assert shown.player.get_state()["forks"] == []
    shown.command("fork", seq=3)
    assert shown.player.get_state()["forks"] == [f"IPY_MODEL_{source.child.model_id}"]


@pytest.mark.parametrize(
    ("changed", "path"),
    [({"input": "{not json"}, "input"), ({"state": "nope"}, "state"), ({"state": "[1]"}, "state")],
)
def test_what_cannot_be_read_as_json_is_refused_before_a_fork_is_made(
    page: Any, changed: dict[str, str], path: str
) -> None:
    source = grown("chain")
    result = page(source).command("fork", seq=3, **changed)
    assert result["error"]["issues"][0]["path"] == [path]
    assert source.commands == []


def test_a_recording_takes_no_commands(page: Any) -> None:
    whole = recording("asking")
    result = page(Recording(whole.workflow, list(whole.log))).command("cancel")
    assert "nobody drives" in result["error"]["message"]


# -- threads -----------------------------------------------------------------------------------------------------


def test_questions_on_other_threads_and_news_do_not_disturb_each_other(page: Any) -> None:
    source = grown("loops", 1)
    shown = page(source)
    truths: list[dict[str, Any]] = []

    def ask() -> None:
        truths.extend(shown.player._truth() for _ in range(200))

    asking = threading.Thread(target=ask)
    asking.start()
    for event in rest("loops", 1):
        source.extend([event])
        shown.player.update()
    asking.join()
    whole = shown.truth()["marks"]
    revs = [truth["rev"] for truth in truths]
    assert revs == sorted(revs)
    assert all(truth["marks"] == whole[: len(truth["marks"])] for truth in json.loads(json.dumps(truths)))


def test_a_chain_of_its_own_is_drawn_before_anything_has_happened(page: Any) -> None:
    shown = page(Recording(chain()))
    assert shown.truth()["header"]["status"] == "pending"
    assert shown.truth()["marks"] == []
    assert shown.ask("inspect", path="", seq=0, last=0)["inspection"]["input"] is None
