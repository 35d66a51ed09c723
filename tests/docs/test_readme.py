"""The README's code runs as it stands, and prints what the README says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playhead_kernel.commands.table import COMMANDS
from tests.docs.blocks import blocks_in, run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

NOTED = re.compile(r"^\w[\w-]* [\w-]+: \w+$")  # what a command says of its run: it may rest before or after it says so


@pytest.mark.timeout(120)  # seconds: a kernel starts, and loads pandas and the widgets
def test_the_blocks_run_one_after_the_other_and_print_what_stands_below_them(tmp_path: Path) -> None:
    blocks = blocks_in(README)
    assert len(blocks) > 3
    for block, said in zip(blocks, run(blocks, tmp_path), strict=True):
        lines = [line for line in said.splitlines() if not NOTED.match(line)]
        if block.printed is not None:
            assert lines == block.printed.splitlines()


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"%workflow ([a-z]+)", README))
    assert named
    assert named <= set(COMMANDS)


def test_every_file_it_links_to_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
