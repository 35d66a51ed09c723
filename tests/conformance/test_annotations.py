"""Annotations that pydantic has no schema for: data people hand from step to step all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from playhead import Workflow, step
from playhead.errors import DefinitionFault, InputInvalid

pytestmark = pytest.mark.usefixtures("world")

WINES = pd.DataFrame({"alcohol": [14.2, 13.2], "grower": ["A", "B"]})


@dataclass
class Parts:
    train: pd.DataFrame
    test: pd.DataFrame


@step
def load() -> pd.DataFrame:
    return WINES


@step
def split(wines: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"train": wines[:1], "test": wines[1:]}


@step
def name(parts: dict[str, pd.DataFrame]) -> Parts:
    return Parts(**parts)


@step
def count(parts: Parts) -> list[int]:
    return [len(parts.train), len(parts.test)]


async def test_frames_alone_in_containers_and_in_dataclasses_go_from_step_to_step() -> None:
    result = await Workflow("frames").then(load).then(split).then(name).then(count).commit().run()
    assert result.error is None
    assert result.output == [1, 1]


async def test_what_is_no_frame_is_refused_with_the_place_it_stands_at() -> None:
    result = await Workflow("frames", input=dict[str, pd.DataFrame]).then(name).commit().create_run().snapshot()
    assert result.status == "pending"
    with pytest.raises(InputInvalid) as caught:
        await Workflow("frames", input=dict[str, pd.DataFrame]).then(name).commit().run({"train": WINES, "test": 3})
    assert [issue.path for issue in caught.value.issues] == [("test",)]


def test_an_annotation_that_cannot_be_checked_is_a_fault_at_commit() -> None:
    @step(input=42)
    def odd(value: Any) -> int:
        return 1

    with pytest.raises(DefinitionFault, match=r"input of step 'odd': .* cannot be used as a schema"):
        Workflow("odd").then(odd).commit()
