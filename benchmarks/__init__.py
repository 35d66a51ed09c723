"""How fast Playhead is: every figure of its speed table as a ratio to the floor it stands on.

A floor does the same useful work with nothing in between: a tuned diskcache ``add`` of the same bytes, a bare asyncio
task, an import of the dependencies. Floor and subject take turns inside one run of the machine, because only then does
their ratio mean anything on a machine that does other things as well.
"""
