"""The past of a run, as far as it was read: its events, and enough snapshots to give any moment at once."""

from __future__ import annotations

from playhead.machine.events import Event
from playhead.machine.fold import KEEP_EVERY, News, fold
from playhead.machine.snapshot import Snapshot


class Past:
    """The events after event ``start``, where the run stood as ``first`` says."""

    def __init__(self, first: Snapshot) -> None:
        self.start = first.seq
        self.events: list[Event] = []
        self._kept = [first]

    @property
    def seq(self) -> int:
        """The last event."""
        return self.start + len(self.events)

    def extend(self, news: News) -> None:
        """Add what happened next."""
        self.events += news.events
        self._kept += news.kept

    def cut(self, seq: int) -> Snapshot:
        """Forget what came after event ``seq``; the run as it stood then."""
        snapshot = self.at(seq)
        del self.events[seq - self.start :], self._kept[self._slot(seq) + 1 :]
        return snapshot

    def since(self, after: int) -> list[Event]:
        """The events after event ``after``, which must not be before ``start``."""
        return self.events[after - self.start :]

    def at(self, seq: int) -> Snapshot:
        """The run after event ``seq``, which is neither before ``start`` nor after the last one."""
        snapshot = self._kept[self._slot(seq)]
        for event in self.events[snapshot.seq - self.start : seq - self.start]:
            snapshot = fold(snapshot, event)
        return snapshot

    def begin_with(self, earlier: Past) -> None:
        """Put in front what led to ``start``."""
        earlier.cut(self.start)
        self._kept = earlier._kept + self._kept[1:]
        self.events = earlier.events + self.events
        self.start = earlier.start

    def _slot(self, seq: int) -> int:
        return seq // KEEP_EVERY - self.start // KEEP_EVERY
