"""The code blocks of a Markdown file, as the cells of a notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WORKING = 60  # seconds for one block, on a busy machine


@dataclass(frozen=True)
class Block:
    """A ``python`` block, and the ``text`` block right after it: what it prints."""

    source: str
    printed: str | None


def blocks_in(markdown: str) -> list[Block]:
    found = [(match[1], match[2]) for match in FENCE.finditer(markdown)]
    after = [*found[1:], ("", "")]
    return [
        Block(source, text if language == "text" else None)
        for (kind, source), (language, text) in zip(found, after, strict=True)
        if kind == "python"
    ]


def run(blocks: list[Block], folder: Path) -> list[str]:
    """Run the blocks as the cells of one notebook in a kernel of its own; what each has printed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(block.source) for block in blocks])
    client = NotebookClient(notebook, timeout=WORKING, kernel_name="python3", resources={"metadata": {"path": folder}})
    client.execute()
    return [printed(cell) for cell in notebook.cells]


def printed(cell: nbformat.NotebookNode) -> str:
    streams = (output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")
    return "".join(streams)
