"""What an interpreter finds in a store that others have written."""

from __future__ import annotations

import asyncio
import json
import sys

from playhead.runs.stored import StoredRun
from playhead.runtime import Runtime
from tests.identity.telling import told


def failure_of(run: StoredRun) -> BaseException | None:
    return run.tripwire if run.status == "tripwire" else run.error


async def errors_in(store: str) -> dict[str, str]:
    """What the error of each run in the store looks like."""
    async with Runtime(store) as runtime:
        page = await runtime.runs(per_page=1000)
        return {run.run_id: told(failure_of(await runtime.get(run.run_id))) for run in page.items}


def main(store: str, *modules: str) -> None:
    """Print what is found once these modules, and no others, have been imported."""
    for module in modules:
        __import__(module)
    found = asyncio.run(errors_in(store))
    print(json.dumps({"found": found, "loaded": sorted(sys.modules)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
