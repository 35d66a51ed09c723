"""Access: who gets at the database when, and how what goes wrong is told.

A short job runs at once on the calling thread: an append is some 60 microseconds, less than handing it over
would cost. If somebody else has the database just then, the job moves to a worker thread and tries again
there, so that the event loop is never held up.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple

from playhead.errors import StoreError
from playhead.stores import refusals
from playhead.stores.database import FILE, Database
from playhead.stores.holder import holder_of
from playhead.stores.inspection import inspect, is_there
from playhead.stores.place import check_folder, make_database, make_folder
from playhead.stores.worker import Worker

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_FIRST_PAUSE: Final = 0.0005  # seconds between tries for a busy database: most commits take a tenth of that
_LONGEST_PAUSE: Final = 0.02


class Busy(Exception):
    """What was asked for would keep the event loop waiting; it may be done on a thread that may wait."""


class Access:
    """The way to the database of one folder, for any number of threads and event loops."""

    def __init__(self, folder: Path, *, full_sync: bool, lock_timeout: float) -> None:
        self._folder = folder
        self.waits_for_disk = full_sync
        self._lock_timeout = lock_timeout
        self._worker = Worker("playhead-store")
        self._closing = threading.Event()
        self._database: Database | None = None

    async def open(self) -> None:
        """Make the store if it is missing; inspect it otherwise. Twice does nothing."""
        self._closing.clear()
        try:
            await self._worker.run(lambda: self._until_free(self._open))
        finally:
            if self._database is None:
                await self._worker.stop()

    async def close(self) -> None:
        """Close all connections. A job that still waits for the database is refused."""
        database, self._database = self._database, None
        if database is not None and database.process == os.getpid():
            self._closing.set()
            await self._worker.run(database.close_all)  # It may empty SQLite's log, and wait for the disk.
        await self._worker.stop()

    async def look(self, job: Callable[[Database, *Ts], T], *args: *Ts) -> T:
        """Read something that takes microseconds."""
        try:
            return job(self._ready(), *args)
        except refusals.FAULTS as error:
            self._refuse_unless_busy(error)
        return await self._worker.run(lambda: self._until_free(lambda: job(self._ready(), *args)))

    def look_now(self, job: Callable[[Database, *Ts], T], *args: *Ts) -> T:
        """Read something that takes microseconds, for a caller that cannot await; on any thread."""
        return self._until_free(lambda: job(self._ready(), *args))

    async def change(self, job: Callable[[Database, *Ts], T], *args: *Ts) -> T:
        """Commit something that takes microseconds, unless each commit waits for the disk."""
        try:
            return self.change_now(job, *args)
        except Busy:
            return await self.change_much(job, *args)

    def change_now(self, job: Callable[[Database, *Ts], T], *args: *Ts) -> T:
        """Commit something that takes microseconds, on this thread. Raises `Busy` if that would take waiting."""
        if self.waits_for_disk:
            raise Busy
        try:
            database = self._writable()
            answer = job(database, *args)
        except refusals.FAULTS as error:
            self._refuse_unless_busy(error)
            raise Busy from error
        if database.checkpoint_is_due():
            self._begin_checkpoint(database)
        return answer

    async def change_much(self, job: Callable[[Database, *Ts], T], *args: *Ts) -> T:
        """Commit something that may take long."""
        answer = await self._worker.run(lambda: self._until_free(lambda: job(self._writable(), *args)))
        database = self._database
        if database is not None and database.checkpoint_is_due():
            self._begin_checkpoint(database)
        return answer

    def files(self, job: Callable[[], T], *, changes: bool) -> T:
        """Do something to the files beside the database, now."""
        self._writable() if changes else self._ready()
        try:
            return job()
        except OSError as error:
            raise refusals.refusal(error, self._folder) from error

    def _begin_checkpoint(self, database: Database) -> None:
        # Nobody waits for it: if it fails, SQLite's log is as it was, and the next one tries again.
        self._worker.begin(lambda: self._until_free(database.checkpoint))

    def _open(self) -> None:
        if self._database is None:
            if not is_there(self._folder):
                make_folder(self._folder)
                check_folder(self._folder)
                make_database(self._folder)
            check_folder(self._folder)
            self._database = self._inspected()

    def _inspected(self) -> Database:
        return Database(self._folder, frozen=inspect(self._folder), full_sync=self.waits_for_disk)

    def _ready(self) -> Database:
        database = self._database
        if database is None:
            raise StoreError(f"The store in {self._folder} is not open: `await store.open()` first.")
        if database.process != os.getpid():
            raise StoreError(
                f"The store in {self._folder} was opened in the process this one was forked from. Close it"
                " before forking, or start the process another way (spawn), and open the store here."
            )
        return database

    def _writable(self) -> Database:
        database = self._database
        if database is None or database.frozen or database.process != os.getpid():
            return self._thawed(self._ready())
        return database

    def _thawed(self, database: Database) -> Database:
        """The database, opened anew if it may be written to by now."""
        if inspect(self._folder):  # Still frozen?
            raise refusals.unwritable(self._folder)
        database.close_all()
        self._database = self._inspected()
        return self._database

    def _until_free(self, job: Callable[[], T]) -> T:
        """Do the job on this thread, which may wait, trying again while somebody else has the database."""
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                return job()
            except refusals.FAULTS as error:
                self._refuse_unless_busy(error)
                if waited >= self._lock_timeout:
                    holder = holder_of(self._folder / FILE)
                    raise refusals.locked(self._folder, self._lock_timeout, holder) from error
                if self._closing.wait(pause):
                    raise StoreError(f"The store in {self._folder} was closed meanwhile.") from error
            waited += pause
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _refuse_unless_busy(self, error: refusals.Fault) -> None:
        if refusals.is_busy(error):
            return
        database = self._database
        if database is not None and not isinstance(error, OSError):
            # After a failed write the connection's idea of the file cannot be trusted: the next reads anew.
            database.drop_connection()
        raise refusals.refusal(error, self._folder) from error
