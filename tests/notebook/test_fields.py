"""What people type for a type with fields: a misspelt key is refused, a bare value is told the keys."""

from __future__ import annotations

import pytest

from tests.notebook.cells import ORDERS
from tests.notebook.shells import Notebook

BASKETS = """
from uuid import uuid4
from pydantic import AliasChoices, BaseModel, Field, model_validator
from playhead import Workflow, step

class Card(BaseModel):
    number: int

class Line(BaseModel):
    sku: str
    count: int = 1

class Basket(BaseModel):
    total: float = Field(validation_alias=AliasChoices("total", "sum"))
    card: Card | None = None
    lines: list[Line] = []
    remark: object = None

    @model_validator(mode="before")
    @classmethod
    def as_it_was_called_before(cls, data):
        return {"total": data["price"]} if "price" in data else data

class Ticket(BaseModel):
    title: str = ""
    number: str = Field(default_factory=lambda: uuid4().hex)

class Open(BaseModel, extra="allow"):
    title: str = ""

@step
def pay(basket: Basket) -> float:
    return basket.total

@step
def show(ticket: Ticket) -> str:
    return ticket.title

@step
def keep(open: Open) -> dict:
    return open.model_dump()

@step
def count(found: dict[str, int]) -> int:
    return len(found)

@step
def ship(line: Line) -> int:
    return line.count

@step
def split(n: int) -> list[Line]:
    return [Line(sku="a", count=n)]

baskets = Workflow("baskets", input=Basket).then(pay).commit()
tickets = Workflow("tickets", input=Ticket).then(show).commit()
opens = Workflow("opens", input=Open).then(keep).commit()
counts = Workflow("counts", input=dict[str, int]).then(count).commit()
lines = Workflow("lines", input=int).then(split).foreach(ship).commit()
"""

REFUSED = {
    "%workflow run orders customer=Ada ttal=3": "There is no field 'ttal': did you mean 'total'?",
    "%workflow run orders customer=Ada total=3 rsh=true": "There is no field 'rsh': did you mean 'rush'?",
    "%workflow run orders customer=Ada total=3 zzz=1": "There is no field 'zzz'; there is customer, total, rush.",
    '%%workflow run orders\n{"customer": "Ada", "totals": 3}': "There is no field 'totals': did you mean 'total'?",
    "%workflow run baskets total=3 card.number=1 card.numbr=2": "There is no field 'card.numbr': did you mean "
    "'card.number'?",
    "%workflow run baskets total=3 lines=[{'sku':'a'},{'sku':'b','cuont':2}]": "There is no field 'lines.1.cuont': "
    "did you mean 'lines.1.count'?",
    "%workflow run tickets titel=Lamp": "There is no field 'titel': did you mean 'title'?",
    "%workflow run orders 3": "3 is one value; what is wanted has fields: customer=… total=… [rush=…]",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_its_type_would_leave_out_is_refused_and_nothing_is_stored(notebook: Notebook, line: str) -> None:
    notebook(ORDERS + BASKETS)
    assert notebook.refused(line) == REFUSED[line]
    assert notebook("%workflow ls") == []


TAKEN = {
    "%workflow run baskets sum=3 --wait -q": 3.0,  # an alias
    "%workflow run baskets price=4 --wait -q": 4.0,  # a validator of the type's own knows it
    "%workflow run baskets total=5 remark=good --wait -q": 5.0,
    "%workflow run opens title=Lamp other=1 --wait -q": {"title": "Lamp", "other": 1},
    "%workflow run counts a=1 b=2 --wait -q": 2,
    "given = {'total': 6, 'else': 1}\n%workflow run baskets --input given --wait -q": 6.0,
}


@pytest.mark.parametrize("cell", TAKEN)
def test_what_its_type_takes_is_taken_however_it_is_called(notebook: Notebook, cell: str) -> None:
    notebook(BASKETS)
    notebook(cell)
    assert notebook("%workflow output") == TAKEN[cell]


def test_an_answer_with_a_misspelt_key_leaves_the_run_waiting(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait -q")
    before = notebook("%workflow events o")
    assert notebook.refused("%workflow resume ok=true nope=3") == "There is no field 'nope': did you mean 'note'?"
    assert notebook.refused("%%resume o\nok: true\nremark: fine") == "There is no field 'remark'; there is ok, note."
    assert notebook("%workflow events o") == before
    notebook("%workflow resume ok=true note=fine --wait")
    assert notebook("%workflow output o") == {"ok": True, "note": "fine"}


def test_a_bare_answer_is_told_the_keys_where_a_model_is_asked(notebook: Notebook) -> None:
    notebook(ORDERS)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait -q")
    told = "'yes' is one value; what is wanted has fields: ok=… [note=…]"
    assert notebook.refused("%workflow resume yes") == told
    assert notebook.refused("%%resume\nyes") == told


def test_the_new_input_of_a_step_is_looked_at_too_but_a_foreach_takes_its_list(notebook: Notebook) -> None:
    notebook(ORDERS + BASKETS)
    notebook("%workflow run orders customer=Ada total=3 --id o --wait -q")
    assert notebook.refused("%workflow travel o price customer=Ada totl=4").endswith("did you mean 'total'?")
    notebook("%workflow run lines 2 --id l --step -q")
    notebook("%workflow travel l ship [{'sku':'a','count':3},{'sku':'b','count':4}] --wait")
    assert notebook("%workflow output l") == [3, 4]
