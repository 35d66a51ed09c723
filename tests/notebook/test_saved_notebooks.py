"""A saved notebook shows its runs where there is no kernel: as a page of HTML, or on a site that renders notebooks."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

TUTORIALS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
IMAGE = re.compile(r'<img[^>]+src="data:image/svg\+xml;base64,([^"]+)"')
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_every_view_of_a_run_is_a_picture_on_a_page(tutorial: Path) -> None:
    page, _ = HTMLExporter().from_filename(str(tutorial))
    pictures = [base64.b64decode(found).decode() for found in IMAGE.findall(page)]
    outputs = [o for cell in nbformat.read(tutorial, 4).cells for o in cell.get("outputs", ()) if "data" in o]
    assert len(pictures) == sum("image/svg+xml" in output["data"] for output in outputs) > 0
    assert all("<script" not in picture and "ph-node" in picture for picture in pictures)


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_every_widget_has_a_picture_and_a_text_beside_it_and_no_state_that_needs_a_script(tutorial: Path) -> None:
    notebook = nbformat.read(tutorial, 4)
    assert "widgets" not in notebook.metadata
    shown = [o["data"] for cell in notebook.cells for o in cell.get("outputs", ()) if WIDGET in o.get("data", ())]
    assert shown
    assert all({"image/svg+xml", "text/plain"} <= set(bundle) for bundle in shown)


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_ends_with_a_picture_of_how_its_run_ended(tutorial: Path) -> None:
    outputs = [o for cell in nbformat.read(tutorial, 4).cells for o in cell.get("outputs", ()) if "data" in o]
    last = outputs[-1]["data"]
    assert "image/svg+xml" in last
    assert re.match(r"\w+: (success|suspended)", last["text/plain"])
