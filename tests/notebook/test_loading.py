"""Loading and unloading the extension."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import weakref

from tests.notebook.shells import Notebook


def fingerprint(notebook: Notebook) -> dict[str, object]:
    """Everything in a shell that an extension could leave something in."""
    shell = notebook.shell
    return {
        "magics": {kind: sorted(names) for kind, names in shell.magics_manager.magics.items()},
        "matchers": list(map(repr, shell.Completer.custom_matchers)),
        "transformers": list(shell.input_transformers_post),
        "events": {name: list(found) for name, found in shell.events.callbacks.items()},
        "configurables": [type(found).__name__ for found in shell.configurables],
        "streams": streams_of(notebook),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "handlers": list(logging.getLogger("playhead").handlers),
        "attribute": getattr(shell, "playhead_extension", None),
    }


def streams_of(notebook: Notebook) -> list[str]:
    with notebook.its_streams():
        return [type(sys.stdout).__name__, type(sys.stderr).__name__]


def test_unloading_leaves_the_shell_as_it_was_twice(bare: Notebook) -> None:
    bare("%unload_ext playhead")  # IPython itself adds something when the first of these magics is used
    before = fingerprint(bare)
    for _ in range(2):
        bare("%load_ext playhead")
        assert fingerprint(bare) != before
        bare("%unload_ext playhead")
        assert fingerprint(bare) == before


def test_loading_twice_changes_nothing(notebook: Notebook) -> None:
    session, before = notebook.session, fingerprint(notebook)
    notebook("%load_ext playhead")
    notebook("import playhead; playhead.load_ipython_extension(get_ipython())")
    assert notebook.session is session
    assert fingerprint(notebook) == before


def test_reloading_goes_on_with_the_same_store(notebook: Notebook) -> None:
    notebook(FLOW)
    notebook("%workflow run sums 2 --id first --wait -q")
    notebook("%reload_ext playhead")
    assert [info.run_id for info in notebook("%workflow ls")] == ["first"]
    assert notebook("%workflow output first") == 4


def test_a_session_that_was_left_is_forgotten(notebook: Notebook) -> None:
    notebook(FLOW)
    notebook("run = %workflow run sums 2 -q --wait")
    session = weakref.ref(notebook.session)
    notebook("%unload_ext playhead")
    notebook("del run")
    gc.collect()
    assert session() is None


def test_the_session_is_found_from_a_cell_and_missing_elsewhere(bare: Notebook) -> None:
    bare("from playhead_kernel import current_session")
    assert "%load_ext playhead" in str(bare.cell("current_session()").error)
    bare("%load_ext playhead")
    assert bare("current_session()") is bare.session


FLOW = """
from playhead import Workflow, step

@step
def double(n: int) -> int:
    return 2 * n

sums = Workflow("sums", input=int).then(double).commit()
"""
