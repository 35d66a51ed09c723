"""The default runtime needs an event loop to live in, and says so."""

from __future__ import annotations

import pytest

from playhead import Workflow, step
from playhead.errors import WorkflowError


@step
def double(n: int) -> int:
    return 2 * n


def test_a_run_that_is_made_where_no_event_loop_runs_is_told_what_to_do() -> None:
    flow = Workflow("doubles", input=int).then(double).commit()
    with pytest.raises(WorkflowError, match=r"none is running here: .*flow\.run_sync"):
        flow.create_run(run_id="first")


async def test_a_run_for_scripts_is_refused_in_an_event_loop_and_told_what_to_do() -> None:
    flow = Workflow("doubles", input=int).then(double).commit()
    with pytest.raises(WorkflowError, match=r"as in every notebook: await flow\.run\(\.\.\.\) instead"):
        flow.run_sync(1)
