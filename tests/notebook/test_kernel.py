"""The extension in a real kernel: what is shown where, and what Ctrl-C stops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.notebook.cells import CHAIN, ORDERS, SLOW
from tests.notebook.kernels import Kernel, kernel_in, other_ipykernels


def version(ipykernel: Path | None) -> str:
    return ipykernel.name if ipykernel else "installed"


# Where a print lands and when a click is heard changed with almost every version of ipykernel.
@pytest.fixture(scope="module", params=[None, *other_ipykernels()], ids=version)
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with kernel_in(tmp_path_factory.mktemp("kernel"), ipykernel=request.param) as kernel:
        kernel("%load_ext playhead")
        kernel(CHAIN + ORDERS)
        kernel("%workflow run chain 1 --wait -q")  # from now on it is warm
        yield kernel


@pytest.fixture
def kernel(shared: Kernel) -> Kernel:
    """The same kernel for all tests of this module, with fresh definitions."""
    shared(CHAIN + ORDERS + SLOW)
    return shared


def test_a_run_returns_in_a_moment_and_the_notebook_is_usable(kernel: Kernel) -> None:
    times = []
    for _ in range(5):
        kernel("""
import time
began = time.perf_counter()
run = get_ipython().run_line_magic("workflow", "run slow 1")
took = time.perf_counter() - began
""")
        times.append(float(kernel("took")))
        assert kernel("str(run.status)") == "'running'"
        kernel("release.set(); run.wait(); release.clear()")
    assert sorted(times)[2] < 0.05, times


PRINTS = """
import threading
from playhead import Workflow, step

gates = [threading.Event() for _ in range(3)]

@step
def first(n: int) -> int:
    gates[0].wait(10)
    print("from the first step")
    return n

@step
async def second(n: int) -> int:
    import asyncio
    while not gates[1].is_set():
        await asyncio.sleep(0.01)
    print("from the second step")
    return n

@step
def third(n: int) -> int:
    threads = [threading.Thread(target=print, args=("from a plain thread",))]
    print("from the third step")
    return n

prints = Workflow("prints", input=int).then(first).then(second).then(third).commit()
"""


def _has(kernel: Kernel, id: str, text: str) -> bool:
    return text in kernel.text(id)


def test_prints_of_steps_land_in_the_cell_that_started_the_run(kernel: Kernel) -> None:
    kernel(PRINTS)
    started = kernel.cell("run = %workflow run prints 1 -q").id
    others = []
    for gate, said in enumerate(("from the first step", "from the second step")):
        others.append(kernel.cell(f"print('cell {gate}'); gates[{gate}].set()").id)
        kernel.until(partial(_has, kernel, started, said))
    kernel.until(lambda: "from the third step" in kernel.text(started))
    assert kernel.text(started) == "from the first step\nfrom the second step\nfrom the third step\n"
    assert [kernel.text(other) for other in others] == ["cell 0\n", "cell 1\n"]


def test_prints_land_in_the_cell_that_waits_and_then_again_where_the_run_was_started(kernel: Kernel) -> None:
    kernel(PRINTS)
    started = kernel.cell("run = %workflow run prints 1 -q").id
    waiting = kernel.begin("%workflow wait --timeout 0.3")
    kernel("1")  # handled after the waiting cell
    assert kernel.text(waiting).count("is still running") == 1
    kernel("gates[0].set()")
    kernel.until(lambda: "from the first step" in kernel.text(started))
    last = kernel.begin("gates[1].set()\nresult = await run")
    kernel.ended(last)
    assert kernel.text(last) == "from the second step\nfrom the third step\n"
    assert kernel.text(started) == "from the first step\n"


def test_what_a_step_printed_is_kept_with_it(kernel: Kernel) -> None:
    kernel(PRINTS)
    kernel("run = %workflow run prints 1 -q\nfor gate in gates: gate.set()")
    kernel("result = %workflow wait")
    assert kernel.cell("%workflow log").text == "from the first step\nfrom the second step\nfrom the third step\n"


def test_a_run_started_by_a_click_prints_where_the_run_was_shown(kernel: Kernel) -> None:
    kernel(PRINTS)
    kernel("for gate in gates: gate.set()")
    shown = kernel.cell("run = %workflow run prints 1 --step").id
    kernel("from playhead_kernel import current_session; from playhead_widgets import Reply")
    clicked = kernel.cell("""
replies = []
current_session().clicks.clicked(run.followed, "continue", {}, Reply(replies.append, lambda player: None))
""").id
    kernel.until(lambda: "from the third step" in kernel.text(shown))
    assert kernel.text(clicked) == ""


@pytest.mark.parametrize("line", ["%workflow wait", "result = %workflow wait", "await run", "run.wait()"])
def test_interrupting_stops_the_waiting_and_never_the_run(kernel: Kernel, line: str) -> None:
    kernel("run = %workflow run slow 1 -q")
    waiting = kernel.begin(line)
    kernel.until(lambda: kernel.said(waiting, "execute_input"))
    kernel.wait(0.25)  # now it waits in the middle of a slice
    began = time.monotonic()
    kernel.interrupt()
    cell = kernel.ended(waiting)
    took = time.monotonic() - began
    assert cell.error is not None
    assert cell.error.partition(":")[0] in ("WaitingStopped", "KeyboardInterrupt", "CancelledError")
    assert took < 5.0, took  # usually 0.2 s; without slices it would be as long as the step takes, 10 s
    assert kernel("str(run.status)") == "'running'"
    kernel("release.set()")
    assert kernel("run.wait().output") == "2"


@pytest.mark.parametrize("cell", ["%workflow wait", "def waits():\n    %workflow wait\nwaits()"])
def test_an_interrupted_line_says_that_the_run_goes_on_and_stops_the_cells_behind_it(kernel: Kernel, cell: str) -> None:
    kernel("run = %workflow run slow 1 -q --id mine" + str(len(cell)))
    waiting, behind = kernel.begin(cell), kernel.begin("print('behind')")
    kernel.until(lambda: kernel.said(waiting, "execute_input"))
    kernel.wait(0.15)
    kernel.interrupt()
    said = f"Stopped waiting. Run 'mine{len(cell)}' goes on; %workflow wait waits again."
    assert kernel.ended(waiting).error == f"WaitingStopped: {said}"
    assert [content["traceback"] for content in kernel.said(waiting, "error")] == [[said]]
    assert kernel.ended(behind).text == ""
    kernel("release.set()")
    assert kernel("run.wait().output") == "2"


def test_an_interrupt_without_anything_to_stop_leaves_the_run_alone(kernel: Kernel) -> None:
    kernel("run = %workflow run slow 1 -q")
    kernel.interrupt()
    kernel("release.set()")
    assert kernel("run.wait().output") == "2"


def test_clicks_are_heard_while_a_cell_waits(kernel: Kernel) -> None:
    kernel("import ipykernel\nrun = %workflow run slow 1")
    player = kernel("player = run.views._shown[0].player; player.model_id").strip("'")
    hears = kernel("ipykernel.version_info[0] >= 7") == "True"  # before, whatever comes in waits for the cell
    waiting = kernel.begin("%workflow wait" if hears else "%workflow wait --timeout 0.2")
    kernel.until(lambda: kernel.said(waiting, "execute_input"))
    assert kernel.asked(player, {"ask": "command", "name": "cancel", "payload": {}}) == {"ok": True}
    cell = kernel.ended(waiting)
    assert cell.error is None
    assert ("canceled" if hears else "running") in cell.value
    kernel.until(lambda: kernel("str(run.status)") == "'canceled'")


def test_the_view_is_a_widget_with_a_picture_for_where_there_is_none(kernel: Kernel) -> None:
    shown = kernel.cell("run = %workflow run chain 1 --wait").shown
    assert len(shown) == 1
    assert set(shown[0]) == {"application/vnd.jupyter.widget-view+json", "image/svg+xml", "text/plain"}


QUICK = """
from playhead import Workflow, step

@step
async def more(n: int) -> int:
    return n + 1

quick = Workflow("quick", input=int)
for number in range(300):
    quick = quick.then(more.as_(f"more-{number}"))
quick = quick.commit()
"""


def test_of_a_quick_run_every_step_is_told_in_a_few_messages_and_its_end_in_the_last(kernel: Kernel) -> None:
    kernel(QUICK)
    began = time.monotonic()
    [shown] = kernel.cell("run = %workflow run quick 0 --wait").shown
    took = time.monotonic() - began
    opened, *patches = _told(kernel, shown["application/vnd.jupyter.widget-view+json"]["model_id"])
    assert [patch["rev"] for patch in patches] == list(range(1, len(patches) + 1))
    marks = [mark for news in (opened, *patches) for mark in news["marks"]]
    assert [mark[1] for mark in marks if mark[1] and mark[2] == "success"] == [f"more-{n}" for n in range(300)]
    assert patches[-1]["header"]["status"] == "success"
    assert len(patches) <= 3 + 20 * took


def test_beside_the_player_of_a_run_stands_how_it_set_out_until_it_rests(kernel: Kernel) -> None:
    kernel(QUICK)
    for _ in range(3):  # however far it has come by the time that it is shown
        first, *steps = kernel.cell("run = %workflow run quick 0 --wait").shown[0]["text/plain"].splitlines()
        assert (first, len(steps)) == ("quick: running", 300)
        assert all(step.endswith(": pending") for step in steps)
        assert published(kernel)[-1].count(": success") == 301


def test_who_asks_to_see_a_run_under_way_is_shown_how_it_stands(kernel: Kernel) -> None:
    kernel("run = %workflow run slow 1")
    kernel.until(lambda: kernel("[event.type for event in run.events()][-1]") == "'step-started'")
    try:
        [shown] = kernel.cell("%workflow show").shown
        assert shown["text/plain"].splitlines()[1].endswith("hold: running")
    finally:
        kernel("release.set(); run.wait(); release.clear()")


def _told(kernel: Kernel, model: str) -> list[dict[str, Any]]:
    """What the browser's end of the player is told: the truth as it is shown, and each patch since."""
    said = [m["content"] for m in kernel.messages if m["content"].get("comm_id") == model]
    truth = [content["data"]["state"]["truth"] for content in said if "target_name" in content]
    sent = [content["data"].get("content", {}) for content in said if "target_name" not in content]
    return truth + [content["patch"] for content in sent if "patch" in content]


def published(kernel: Kernel) -> list[str]:
    """The outlines of all displays as they stand in the notebook now: the last one published counts."""
    shown = {m["content"]["transient"]["display_id"]: m for m in kernel.messages if _publishes(m)}
    return [m["content"]["data"]["text/plain"] for m in shown.values()]


def _publishes(message: dict[str, Any]) -> bool:
    return message["msg_type"] in ("display_data", "update_display_data") and "transient" in message["content"]


def test_the_stored_output_is_renewed_when_the_run_rests(kernel: Kernel) -> None:
    kernel("run = %workflow run slow 1")
    assert "slow: running" in published(kernel)[-1]
    kernel("release.set()")
    kernel.until(lambda: published(kernel)[-1].startswith("slow: success"))


@pytest.mark.parametrize(("display", "kinds"), [("static", {"image/svg+xml", "text/plain"}), ("text", {"text/plain"})])
def test_other_displays_need_no_widget(kernel: Kernel, display: str, kinds: set[str]) -> None:
    kernel(f"%config PlayheadMagics.display = '{display}'")
    try:
        assert [set(data) for data in kernel.cell("run = %workflow run chain 1 --wait").shown] == [kinds]
    finally:
        kernel("%config PlayheadMagics.display = 'auto'")


def test_a_mistake_is_one_red_line(kernel: Kernel) -> None:
    cell = kernel.cell("%workflow run chian 1")
    assert cell.error == "UsageError: There is no workflow 'chian': did you mean 'chain'?"
    assert cell.text == "UsageError: There is no workflow 'chian': did you mean 'chain'?\n"
    assert kernel.said(cell.id, "stream")[0]["name"] == "stderr"
    assert kernel.said(cell.id, "error") == []


def test_completion_is_offered_by_the_kernel(kernel: Kernel) -> None:
    code = "run = %workflow run cha"
    reply = kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})
    assert reply["matches"] == ["chain"]
    assert code[reply["cursor_start"] : reply["cursor_end"]] == "cha"
