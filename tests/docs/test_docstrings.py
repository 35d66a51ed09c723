"""Docstrings: their examples run, and no public name is without one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pydoc
from types import ModuleType

import pytest

import playhead
import playhead_kernel
import playhead_widgets
from playhead_kernel.handle import RunHandle
from tests.architecture.sources import PACKAGES, modules


def all_modules() -> list[str]:
    found = []
    for package, root in PACKAGES.items():
        for path in modules(package):
            parts = (package, *path.relative_to(root).with_suffix("").parts)
            if parts[-1] != "__main__":
                found.append(".".join(part for part in parts if part != "__init__"))
    return found


def test_the_examples_of_every_module_give_what_they_say() -> None:
    attempted = 0
    for name in all_modules():
        outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
        assert outcome.failed == 0, name
        attempted += outcome.attempted
    assert attempted > 0


@pytest.mark.parametrize("package", [playhead, playhead_widgets, playhead_kernel])
def test_every_public_name_is_documented(package: ModuleType) -> None:
    public = [getattr(package, name) for name in package.__all__]
    assert [value for value in public if not inspect.getdoc(value)] == []


@pytest.mark.parametrize("cls", [playhead.Workflow, playhead.Step, playhead.Context, playhead.Runtime, playhead.Run])
def test_every_public_method_is_documented(cls: type) -> None:
    methods = {name: value for name, value in vars(cls).items() if callable(value) and not name.startswith("_")}
    assert [name for name, value in methods.items() if not inspect.getdoc(value)] == []


@pytest.mark.parametrize(
    ("cls", "ways"),
    [
        (playhead.Run, ["run = workflow.create_run()", "run = await runtime.fetch(run_id)"]),
        (RunHandle, ["run = %workflow run FLOW", "run = %workflow show RUN"]),
    ],
)
def test_help_on_a_run_says_how_one_is_got_before_it_lists_methods(cls: type, ways: list[str]) -> None:
    head = pydoc.plain(pydoc.render_doc(cls)).partition("Methods defined here")[0]
    assert [way for way in ways if way not in head] == []
