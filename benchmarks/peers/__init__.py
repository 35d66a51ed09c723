"""Peers: other ways to run durable workflows, given the same work in the same run of the machine.

Each contestant is a module that runs in a process of its own, by its own interpreter: ``pip install playhead[peers]``
in an environment apart, whose Python is given as ``python -m benchmarks --peers PYTHON``. Nothing else needs them.
"""
