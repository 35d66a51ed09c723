"""Stores, recovery, forgetting, and the doctor."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.notebook.cells import CHAIN, ORDERS, SLOW
from tests.notebook.shells import Notebook


@pytest.fixture
def chain(notebook: Notebook) -> Notebook:
    notebook(CHAIN)
    notebook("%workflow run chain 1 --id c --wait")
    return notebook


def test_store_says_which_one_is_used(chain: Notebook) -> None:
    assert chain.said("%workflow store") == ".playhead: 1 run\n"


def test_another_store_can_be_used_and_left_again(chain: Notebook, tmp_path: Path) -> None:
    assert chain.said("%workflow store other/place") == "other/place: 0 runs\n"
    assert (tmp_path / "other" / "place").is_dir()
    chain("%workflow run chain 2 --id d --wait")
    assert [info.run_id for info in chain("%workflow ls")] == ["d"]
    chain("%workflow store .playhead")
    assert [info.run_id for info in chain("%workflow ls")] == ["c"]
    assert chain("%workflow output c") == 112


def test_a_handle_of_another_store_says_how_to_go_back(chain: Notebook) -> None:
    chain("run = %workflow show c")
    chain("%workflow store other")
    error = str(chain.cell("run.proceed()").error)
    assert "go back with %workflow store .playhead, and get the run again, run = %workflow show c" in error
    chain("%workflow store .playhead")


def test_a_handle_of_a_store_that_was_opened_anew_says_how_to_get_the_run_again(chain: Notebook) -> None:
    chain("run = %workflow show c")
    chain("%workflow store .playhead")
    assert "get the run again, run = %workflow show c" in str(chain.cell("run.wait()").error)
    chain("run = %workflow show c")
    assert chain("run.wait()").status == "success"
    chain("%reload_ext playhead")
    assert "get the run again, run = %workflow show c" in str(chain.cell("run.wait()").error)


def test_a_store_whose_folder_was_deleted_is_made_anew_as_the_refusal_says(chain: Notebook, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / ".playhead")
    time.sleep(0.02)  # a store looks for its file every hundredth of a second
    assert "%workflow store, with its folder, makes a new one there" in chain.refused("%workflow run chain 2")
    chain("%workflow store .playhead")
    assert chain("%workflow run chain 2 --wait").status == "success"


def test_a_store_that_cannot_be_opened_is_refused_and_the_old_one_stays(chain: Notebook, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "cache.db").write_bytes(b"no database at all" * 100)
    refusal = chain.refused("%workflow store foreign")
    assert "foreign" in refusal
    assert chain.said("%workflow store") == ".playhead: 1 run\n"
    assert chain("%workflow run chain 2 --wait").status == "success"


def test_a_file_in_the_place_of_a_store_is_refused_as_such(chain: Notebook, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no folder")
    assert "notes.txt is a file; a store needs a folder" in chain.refused("%workflow store notes.txt")
    assert chain.said("%workflow store") == ".playhead: 1 run\n"


def test_the_store_is_not_changed_under_a_run_that_goes_on(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s")
    assert "s still goes on" in notebook.refused("%workflow store other")
    notebook("release.set()")
    assert notebook("%workflow wait").status == "success"


def test_the_store_can_be_set_before_loading(bare: Notebook) -> None:
    bare.shell.config.PlayheadMagics.store = "elsewhere"
    bare("%load_ext playhead")
    assert bare.said("%workflow store") == "elsewhere: 0 runs\n"


def test_runs_are_forgotten(chain: Notebook) -> None:
    chain("%workflow run chain 2 --id d --wait")
    assert chain.said("%workflow rm c d") == "c is deleted.\nd is deleted.\n"
    assert chain("%workflow ls") == []
    assert "There is no run 'c'" in chain.refused("%workflow show c")


def test_a_run_whose_workflow_is_not_defined_can_be_forgotten_too(chain: Notebook) -> None:
    chain("del chain")
    chain("%reload_ext playhead")
    assert chain.said("%workflow rm c") == "c is deleted.\n"


def test_a_parent_is_not_forgotten_before_its_forks(chain: Notebook) -> None:
    chain("%workflow fork c@3 --id child")
    assert "parent of child" in chain.refused("%workflow rm c")
    assert chain.said("%workflow rm child c") == "child is deleted.\nc is deleted.\n"


def test_a_wrong_name_among_several_leaves_all_of_them(chain: Notebook) -> None:
    assert "There is no run 'zzz'" in chain.refused("%workflow rm c zzz")
    assert [info.run_id for info in chain("%workflow ls")] == ["c"]


def test_an_active_run_is_not_forgotten(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s")
    assert "Run 's' is active" in notebook.refused("%workflow rm s")
    notebook("release.set()")
    assert notebook("%workflow wait").status == "success"


def test_there_may_be_nothing_to_recover(chain: Notebook) -> None:
    assert chain("%workflow recover").text() == "There is nothing to recover."


def test_a_run_that_goes_on_here_needs_no_recovery(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s -q")
    ran = notebook.cell("%workflow recover")
    assert ran.out.endswith("There is nothing to recover.\n")
    assert "was left" not in ran.out
    notebook("release.set()")
    notebook("%workflow wait s")


def test_a_run_that_was_left_by_reloading_is_recovered(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s")
    notebook("%reload_ext playhead")
    notebook("release.set()")
    taken = notebook("%workflow recover")
    assert [run.run_id for run in taken] == ["s"]
    assert notebook("%workflow wait s").output == 2


def test_one_run_that_was_left_is_taken_up_by_continue(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s")
    assert "Run 's' is going already" in notebook.refused("%workflow continue s")
    notebook("%reload_ext playhead")
    notebook("release.set()")
    assert notebook("%workflow continue s --wait").result.output == 2


def test_recovery_says_why_a_run_was_left(notebook: Notebook) -> None:
    notebook(SLOW)
    notebook("%workflow run slow 1 --id s")
    notebook("%reload_ext playhead")
    notebook("flow = slow; del slow; hidden = flow; del flow; kept = [hidden]; del hidden; release.set()")
    ran = notebook.cell("%workflow recover")
    assert ran.value == []
    assert "s was left: Run 's' (running) needs a cell that was not run yet: that of its workflow 'slow'." in ran.out
    assert ran.value.text() == "Nothing could be taken up."


def test_the_doctor_finds_everything_well(chain: Notebook) -> None:
    found = {finding.what: finding for finding in chain("%workflow doctor")}
    assert found["store"].found == ".playhead: 1 run"
    assert found["runs"].found == "0 going on here"
    assert {finding.verdict for finding in found.values()} == {"well"}
    assert {"Python", "ipykernel", "engine room", "store", "runs"} <= found.keys()


def test_the_doctor_notices_an_engine_that_is_blocked(chain: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playhead_kernel.doctor._PATIENCE", 0.05)
    go = threading.Event()
    chain.session.room.post(lambda: go.wait(5))
    threading.Timer(0.2, go.set).start()
    found = {finding.what: finding for finding in chain("%workflow doctor")}
    assert found["engine room"].verdict == "look"
    assert "an async step blocks it" in found["engine room"].found


def test_the_doctor_tells_what_the_runtime_complained_about(chain: Notebook) -> None:
    logging.getLogger("playhead").warning("The disk is nearly full\nand so on")
    found = [finding.found for finding in chain("%workflow doctor") if finding.what == "log"]
    assert found == ["warning: The disk is nearly full"]


def test_a_failure_is_not_printed_into_a_cell_that_happens_to_be_open(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("""
@step
def bad(n: int) -> int:
    raise ValueError("no good")

bads = Workflow("bads", input=int).then(bad).commit()
""")
    ran = notebook.cell("%workflow run bads 1 --wait -q")
    assert (ran.out, ran.err) == ("Out[4]: ", "") or (ran.out, ran.err) == ("", "")
