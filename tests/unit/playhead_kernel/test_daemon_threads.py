"""Where plain bodies run in a notebook: threads that never keep the process alive."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from playhead_kernel.daemon_threads import DaemonThreads


@pytest.fixture
def threads() -> Iterator[DaemonThreads]:
    executor = DaemonThreads(max_workers=3)
    yield executor
    executor.shutdown()


def test_results_and_errors_come_back(threads: DaemonThreads) -> None:
    assert threads.submit(divmod, 7, 2).result() == (3, 1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 7, 0).result()


def test_bodies_run_at_once_up_to_the_limit(threads: DaemonThreads) -> None:
    together = threading.Barrier(3)
    futures = [threads.submit(together.wait, 5) for _ in range(3)]
    assert sorted(future.result() for future in futures) == [0, 1, 2]


def test_more_bodies_than_threads_wait_their_turn(threads: DaemonThreads) -> None:
    assert [threads.submit(abs, -n).result() for n in range(50)] == list(range(50))
    assert len({threads.submit(threading.get_ident).result() for _ in range(20)}) <= 3


def test_one_thread_does_for_bodies_that_come_one_by_one(threads: DaemonThreads) -> None:
    assert len({threads.submit(threading.get_ident).result() for _ in range(50)}) == 1


def test_after_the_end_no_body_is_taken() -> None:
    executor = DaemonThreads()
    executor.submit(abs, 1).result()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(abs, 1)


def test_what_waits_can_be_cancelled_and_what_runs_is_left() -> None:
    executor, go = DaemonThreads(max_workers=1), threading.Event()
    began = threading.Event()
    running = executor.submit(lambda: (began.set(), go.wait(5)))
    began.wait(5)
    waiting = executor.submit(abs, 1)
    executor.shutdown(wait=False, cancel_futures=True)
    assert waiting.cancelled()
    go.set()
    assert running.result()[1] is True
    executor.shutdown()


def test_a_body_that_never_ends_does_not_hold_up_the_end_of_the_process() -> None:
    code = """
import threading
from playhead_kernel.daemon_threads import DaemonThreads
began = threading.Event()
DaemonThreads().submit(lambda: (began.set(), threading.Event().wait()))
began.wait(5)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=10)
