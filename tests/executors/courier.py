"""An executor of nobody's: it sends work away as bytes, and brings results back as bytes, and knows nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any


class Courier(Executor):
    """What every executor does that runs work on another machine, with a thread in the place of the machine."""

    def __init__(self) -> None:
        self._there = ThreadPoolExecutor(2)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work = pickle.dumps((fn, args, kwargs))
        back: Future[Any] = Future()
        back.set_running_or_notify_cancel()
        self._there.submit(self._carry, work, back)
        return back

    def _carry(self, work: bytes, back: Future[Any]) -> None:
        fn, args, kwargs = pickle.loads(work)
        try:
            result = fn(*args, **kwargs)
            plain = bytes(result) if isinstance(result, bytes) else result  # Dask loses what a subclass adds, too
            back.set_result(pickle.loads(pickle.dumps(plain)))
        except BaseException as error:
            back.set_exception(pickle.loads(pickle.dumps(error)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._there.shutdown(wait, cancel_futures=cancel_futures)
