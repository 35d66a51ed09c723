"""Every error Playhead raises.

::

    WorkflowError                         one base, a stable ``code``, a message that says what to do
    ├── DefinitionFault                   a workflow cannot be built or committed as written
    ├── ValidationFailed                  data does not fit its schema; carries ``issues``
    │   ├── InputInvalid                  ... the input of a run or of a step
    │   ├── StateInvalid                  ... the state
    │   ├── RequestInvalid                ... the request context
    │   ├── ResumeDataInvalid             ... the answer to a suspended step
    │   └── SuspendPayloadInvalid         ... the question a step asks
    ├── NotAllowedNow                     the run is not in the right condition for the call
    │   ├── NothingSuspended              the run waits for no answer
    │   ├── SeveralSuspended              more than one step waits: name one
    │   ├── StepNotSuspended              that step waits for no answer
    │   ├── UnknownLabel                  no suspended step carries that label
    │   ├── UnknownIndex                  no suspended item has that index
    │   ├── StartAlreadyClaimed           the run was started before
    │   ├── ResumeAlreadyClaimed          somebody else answered first
    │   ├── NotActive                     the run is not active
    │   ├── StillRunning                  the run is still being driven
    │   ├── HistoryIncomplete             time travel lacks results before its target
    │   └── DefinitionChanged             the workflow no longer fits the stored run
    ├── UnknownStep                       no such step in the workflow
    ├── UnknownWorkflow                   no such workflow in this runtime
    ├── NoSuchRun                         no such run in the store
    ├── InvalidId                         a run, step or workflow id has characters it may not have
    ├── MappingFailed                     a mapping's path or template cannot be followed
    ├── NotStorable                       a value cannot be stored exactly; named by its path
    ├── RunInterrupted                    the runtime was left while the run was going
    ├── StepTimeout                       a step ran longer than its timeout (also a TimeoutError)
    ├── StepInterrupted                   an at-most-once step was in flight when its process died
    ├── CannotCross                       a step needs something that another process cannot have
    ├── WorkerLost                        an executor lost a step: its worker died, or it takes no more work
    ├── NonRetryableError                 raise it in a step to stop retrying at once
    ├── StoreError                        the store refused; nothing acknowledged is lost
    │   ├── StoreConflict                 somebody else appended first
    │   ├── StoreLocked                   another process holds the store
    │   ├── StoreReadOnly                 the store cannot be written
    │   ├── StoreFull                     no space left
    │   ├── StoreCorrupt                  a stored event is damaged
    │   ├── StoreForeign                  the folder holds something that is not a Playhead store
    │   ├── StoreNewer                    the store was written by a newer Playhead
    │   └── StoreUnsuitable               the place cannot hold a store (a network filesystem)
    └── UnknownError                      stands in for an exception whose class is not loaded here

    TripWire                              raise it in a step to end the run with status ``tripwire``
    DefinitionChangedWarning              no error: a run goes on by a changed workflow
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a value: where (a path of keys and indexes), what, and the value found there."""

    path: tuple[str | int, ...]
    message: str
    input: Any = None

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path) or "(value)"
        return f"- {where}: {self.message}"


class WorkflowError(Exception):
    """Base of every error Playhead raises; ``code`` is stable and meant for programs."""

    code: ClassVar[str] = "workflow-error"


class DefinitionFault(WorkflowError):
    """The workflow cannot be built as written; ``faults`` lists everything found, one line each."""

    code = "definition-fault"

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults) or (message,)
        super().__init__("\n".join([message, *(f"- {fault}" for fault in faults)]))


class ValidationFailed(WorkflowError):
    """A value does not fit its schema; ``issues`` names each place."""

    code = "validation-failed"
    subject: ClassVar[str] = "data"

    def __init__(self, issues: Iterable[Issue], *, subject: str | None = None) -> None:
        self.issues = tuple(issues)
        lines = "".join(f"\n{issue}" for issue in self.issues)
        super().__init__(f"Invalid {subject or self.subject}{f': {lines}' if lines else '.'}")


class InputInvalid(ValidationFailed):
    """The input of a run, or of a step, does not fit its schema."""

    code = "input-invalid"
    subject = "input data"


class StateInvalid(ValidationFailed):
    """The state given, or set by a step, does not fit the state schema."""

    code = "state-invalid"
    subject = "state"


class RequestInvalid(ValidationFailed):
    """The request context does not fit its schema."""

    code = "request-invalid"
    subject = "request context"


class ResumeDataInvalid(ValidationFailed):
    """The answer does not fit the step's resume schema; the run stays suspended."""

    code = "resume-data-invalid"
    subject = "resume data"


class SuspendPayloadInvalid(ValidationFailed):
    """The payload a step suspends with does not fit its suspend schema."""

    code = "suspend-payload-invalid"
    subject = "suspend payload"


class NotAllowedNow(WorkflowError):
    """The run is not in the right condition for the call; nothing was changed."""

    code = "not-allowed-now"


class NothingSuspended(NotAllowedNow):
    """The run waits for no answer."""

    code = "nothing-suspended"


class SeveralSuspended(NotAllowedNow):
    """More than one step waits for an answer; ``suspended`` lists their paths."""

    code = "several-suspended"

    def __init__(self, message: str, suspended: Sequence[tuple[str, ...]] = ()) -> None:
        self.suspended = tuple(suspended)
        super().__init__(message)


class StepNotSuspended(NotAllowedNow):
    """The run is suspended, but that step is not."""

    code = "step-not-suspended"


class UnknownLabel(NotAllowedNow):
    """No suspended step carries that label."""

    code = "unknown-label"


class UnknownIndex(NotAllowedNow):
    """No suspended foreach item has that index."""

    code = "unknown-index"


class StartAlreadyClaimed(NotAllowedNow):
    """The run was started before, by this process or another."""

    code = "start-already-claimed"


class ResumeAlreadyClaimed(NotAllowedNow):
    """Somebody else answered this suspension first."""

    code = "resume-already-claimed"


class NotActive(NotAllowedNow):
    """The run is not active: it never started, or it has ended."""

    code = "not-active"


class StillRunning(NotAllowedNow):
    """The run is being driven right now, here or in another process."""

    code = "still-running"


class HistoryIncomplete(NotAllowedNow):
    """Time travel needs results of steps before its target that are not recorded."""

    code = "history-incomplete"


class DefinitionChanged(NotAllowedNow):
    """The workflow no longer fits the stored run: ``changes`` says why, one line each, ``diff`` what is different."""

    code = "definition-changed"

    def __init__(self, message: str, changes: Sequence[str] = (), diff: str = "") -> None:
        self.changes = tuple(changes)
        self.diff = diff
        super().__init__("\n".join(filter(None, [message, *(f"- {change}" for change in changes), diff])))


class DefinitionChangedWarning(UserWarning):
    """The run goes on by a changed workflow; what it has finished by the old one is kept."""

    code: ClassVar[str] = "definition-changed-warning"


class UnknownStep(WorkflowError):
    """The workflow has no such step."""

    code = "unknown-step"


class UnknownWorkflow(WorkflowError):
    """This runtime knows no such workflow; define or register it first."""

    code = "unknown-workflow"


class NoSuchRun(WorkflowError):
    """The store holds no such run."""

    code = "no-such-run"


class InvalidId(WorkflowError):
    """An id has characters it may not have."""

    code = "invalid-id"


class MappingFailed(WorkflowError):
    """A mapping's path or template cannot be followed in the data at hand."""

    code = "mapping-failed"


class NotStorable(WorkflowError):
    """A value cannot be stored exactly; ``path`` names the place, such as ``output.rows[3].lock``."""

    code = "not-storable"

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be stored: {reason}")


class RunInterrupted(WorkflowError):
    """The runtime was left while the run was going; ``restart()`` takes it up again."""

    code = "run-interrupted"


class StepTimeout(WorkflowError, TimeoutError):
    """A step ran longer than its ``timeout`` (seconds)."""

    code = "step-timeout"

    def __init__(self, step_id: str, timeout: float) -> None:
        self.step_id = step_id
        self.timeout = timeout
        super().__init__(f"Step {step_id!r} did not end within its timeout of {timeout:g} s.")


class StepInterrupted(WorkflowError):
    """An ``at_most_once`` step was in flight when its process died; it was not run again."""

    code = "step-interrupted"


class CannotCross(WorkflowError):
    """A step's body, or something it uses, cannot be had in the process its executor runs it in; never retried."""

    code = "cannot-cross"


class WorkerLost(WorkflowError):
    """The executor lost the step ``step_id``: its worker died, or it takes no more work. Retried like any failure."""

    code = "worker-lost"

    def __init__(self, step_id: str, reason: str) -> None:
        self.step_id = step_id
        self.reason = reason
        super().__init__(f"Step {step_id!r} was lost by its executor: {reason}")


class NonRetryableError(WorkflowError):
    """Raise it (or a subclass) in a step to fail at once, whatever ``retries`` says."""

    code = "non-retryable"


class StoreError(WorkflowError):
    """The store refused; nothing that was acknowledged is lost."""

    code = "store-error"


class StoreConflict(StoreError):
    """Somebody else appended first: the log's last event is ``actual``, not ``expected``."""

    code = "store-conflict"

    def __init__(self, run_id: str, expected: int, actual: int) -> None:
        self.run_id = run_id
        self.expected = expected
        self.actual = actual
        super().__init__(f"Run {run_id!r}: expected event {expected} to be the last, found {actual}.")


class StoreLocked(StoreError):
    """Another process holds the store's lock for too long."""

    code = "store-locked"


class StoreReadOnly(StoreError):
    """The store cannot be written."""

    code = "store-read-only"


class StoreFull(StoreError):
    """There is no space left for the store."""

    code = "store-full"


class StoreCorrupt(StoreError):
    """A stored event is damaged; the log is readable up to ``seq``."""

    code = "store-corrupt"

    def __init__(self, message: str, *, run_id: str | None = None, seq: int = 0) -> None:
        self.run_id = run_id
        self.seq = seq
        super().__init__(message)


class StoreForeign(StoreError):
    """The folder holds something that is not a Playhead store, or one that was tampered with."""

    code = "store-foreign"


class StoreNewer(StoreError):
    """The store was written by a newer Playhead."""

    code = "store-newer"


class StoreUnsuitable(StoreError):
    """The place cannot hold a store: a network filesystem, or a folder of somebody else."""

    code = "store-unsuitable"


class UnknownError(WorkflowError):
    """Stands in for an exception whose class is not loaded here; keeps its name, message and attributes."""

    code = "unknown-error"

    def __init__(self, type_name: str, message: str) -> None:
        self.type_name = type_name
        self.message = message
        super().__init__(f"{type_name}: {message} (the class is not loaded here: run the cell that defines it)")


class TripWire(Exception):
    """Raise it in a step to end the run with status ``tripwire``.

    ``reason`` is for people; ``retry`` tells the caller whether trying again makes sense; ``metadata`` is
    any storable data for programs.
    """

    code: ClassVar[str] = "tripwire"

    def __init__(self, reason: str, *, retry: bool = False, metadata: Mapping[str, Any] | None = None) -> None:
        self.reason = reason
        self.retry = retry
        self.metadata = dict(metadata) if metadata is not None else None
        super().__init__(reason)
