"""The extension: everything that ``%load_ext playhead`` puts in place, and takes away again."""

from __future__ import annotations

import importlib
import warnings
from typing import Any, Final

from playhead.errors import DefinitionChangedWarning
from playhead_kernel import printing
from playhead_kernel.completion import Completions, matcher_of
from playhead_kernel.magics import PlayheadMagics
from playhead_kernel.waiting import Awaiting

#: Loaded in the engine room while the person still types, so that the first run starts at once.
_NEEDED_SOON: Final = ("pydantic", "playhead.stores.disk", "playhead_widgets.player", "playhead_widgets.picture")

_MAGICS: Final = (("line", "workflow"), ("cell", "workflow"), ("cell", "resume"), ("cell", "step"))


class Extension:
    """The notebook's side of Playhead in one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.magics = PlayheadMagics(shell)
        self.session = self.magics.session
        self._awaiting = Awaiting(shell)
        self._matcher = matcher_of(Completions(self.session))
        self._put_in_place()
        self.session.room.post(_warm_up)

    def _put_in_place(self) -> None:
        self.shell.register_magics(self.magics)
        self._awaiting.install()
        self.shell.Completer.custom_matchers.append(self._matcher)
        self.session.definitions.note()
        self.shell.events.register("post_run_cell", self.session.definitions.note)
        self.shell.events.register("post_run_cell", self.session.clicks.look_again)
        # A handle says in a line what the runtime would warn of in many.
        warnings.simplefilter("ignore", DefinitionChangedWarning)
        printing.install(self.session.pins)

    def take_away(self) -> None:
        """Leave the shell as it was; runs that go on can be taken up after loading again."""
        printing.uninstall()
        filters: Any = warnings.filters  # a list, declared as less
        filters[:] = [known for known in filters if known[2] is not DefinitionChangedWarning]
        self.shell.events.unregister("post_run_cell", self.session.clicks.look_again)
        self.shell.events.unregister("post_run_cell", self.session.definitions.note)
        self.shell.Completer.custom_matchers.remove(self._matcher)
        self._awaiting.uninstall()
        for kind, name in _MAGICS:
            self.shell.magics_manager.magics[kind].pop(name, None)
        self.shell.magics_manager.registry.pop(type(self.magics).__name__, None)
        self.shell.configurables.remove(self.magics)
        self.session.close()


def _warm_up() -> None:
    for name in _NEEDED_SOON:
        importlib.import_module(name)
