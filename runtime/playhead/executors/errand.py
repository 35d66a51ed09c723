"""An errand: one body to be run once, wherever its executor runs it.

In a thread it runs as it is. An executor that hands work to another process pickles it on the way, and then it
goes as bytes of the codec with the name of its function: `Errand.__reduce__` is the one door between the two.
"""

from __future__ import annotations

import contextvars
from functools import partial
from typing import Any

from playhead.definition.context import Context
from playhead.definition.step import Step
from playhead.executors.functions import called


class Errand:
    """The body of ``step``, called with ``value`` and ``context``, and with the context variables of its maker.

    ``crossed`` tells whether it was sent to another process, ``refusal`` why it could not be.
    """

    def __init__(self, step: Step[Any, Any], value: Any, context: Context[Any]) -> None:
        self.__name__ = step.id  # what Dask shows people
        self.step = step
        self.value = value
        self.context = context
        self.variables = contextvars.copy_context()
        self.crossed = False
        self.refusal: Exception | None = None

    def __call__(self) -> Any:
        """Run the body here."""
        return self.variables.run(called, self.step.body, self.value, self.context)

    def __reduce__(self) -> tuple[Any, ...]:
        """What an executor sends to another process; called on whatever thread sends it."""
        # Imported here: threads, where most bodies run, need nothing of what it takes to cross.
        from playhead.executors.parcel import packed
        from playhead.executors.worker import run_there

        self.crossed = True
        try:
            return partial, (run_there, packed(self.step, self.value, self.context))
        except Exception as refusal:  # noqa: BLE001 - it is the step's failure, whatever it is
            # Executors decorate, wrap and log what stops them from sending; the run is told by `refusal`.
            self.refusal = refusal
            raise TypeError(str(refusal)) from None

    def __repr__(self) -> str:
        return f"<Errand for {self.context!r}>"
