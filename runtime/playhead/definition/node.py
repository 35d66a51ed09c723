"""A node: what may stand in a workflow, a step or another workflow."""

from __future__ import annotations

from typing import Protocol, TypeVar

from playhead.definition.schema import Schema

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Node(Protocol):
    """The untyped face of a node."""

    @property
    def id(self) -> str: ...
    @property
    def description(self) -> str | None: ...
    @property
    def input(self) -> Schema | None: ...
    @property
    def output(self) -> Schema | None: ...
    @property
    def state(self) -> Schema | None: ...
    @property
    def request(self) -> Schema | None: ...


class TypedNode(Node, Protocol[In_contra, Out_co]):
    """A node whose input and output a type checker knows."""

    def __types__(self, value: In_contra, /) -> Out_co:
        """Never called; it carries the types."""
        ...
