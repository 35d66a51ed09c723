"""F4 and F5: flipped bits and torn files: what is read is right, or refused; never silently different."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from playhead.errors import StoreCorrupt, StoreError
from playhead.stores.disk import DiskStore
from playhead.stores.port import Lease, RunSummary

RUNS = [f"run-{number}" for number in range(5)]
EVENTS = 12


def frames(run_id: str) -> list[bytes]:
    return [f"{run_id} {seq} ".encode() * 30 for seq in range(1, EVENTS + 1)]


async def fill(folder: Path, *, copy_open_to: Path | None = None) -> None:
    """Some runs; ``copy_open_to`` gets the folder as a crash would leave it, with all of it in SQLite's log."""
    store = DiskStore(folder)
    await store.open()
    for run_id in RUNS:
        for seq, frame in enumerate(frames(run_id)):
            summary = RunSummary(run_id, "flow", f"status {seq}", None, 1.0, float(seq))
            await store.append(run_id, seq, [frame], summary if seq % 4 == 3 else None)
        await store.swap_lease(run_id, None, Lease("me", "host", 1, 2.0, 3.0))
    if copy_open_to is not None:
        shutil.copytree(folder, copy_open_to)
    await store.close()


async def view(folder: Path) -> dict[object, object]:
    """All that can be read, an error where it is refused."""
    store = DiskStore(folder)
    try:
        await store.open()
    except StoreError as error:
        return {"open": error}
    seen: dict[object, object] = {}
    for run_id in RUNS:
        for ask in (store.read, store.last, store.summary, store.lease):
            try:
                seen[ask.__name__, run_id] = await ask(run_id)
            except StoreError as error:
                seen[ask.__name__, run_id] = error
    try:
        seen["summaries"] = await store.summaries()
    except StoreError as error:
        seen["summaries"] = error
    await store.close()
    return seen


def silently_different(seen: dict[object, object], right: dict[object, object]) -> list[object]:
    """What is neither right nor refused. A row that SQLite no longer finds by its index is allowed for: to look
    for such would be to read everything. A log without its tail is not, when the listing row is there."""
    wrong = []
    for what, answer in seen.items():
        if isinstance(answer, StoreError) or answer == right[what]:
            continue
        if what == "summaries":
            assert isinstance(answer, list)
            assert isinstance(right[what], list)
            lost = answer == [one for one in right[what] if one in answer]
        else:
            lost = answer in (None, 0, [])
        if not lost:
            wrong.append((what, answer))
    return wrong


async def test_a_flipped_bit_in_the_database_is_never_silent(tmp_path: Path, campaign: bool) -> None:
    await fill(tmp_path / "store")
    file = tmp_path / "store" / "cache.db"
    right, whole = await view(tmp_path / "store"), file.read_bytes()
    dice = random.Random(5)
    refused = 0
    for _ in range(2000 if campaign else 150):
        bit = dice.randrange(len(whole) * 8)
        spoiled = bytearray(whole)
        spoiled[bit // 8] ^= 1 << bit % 8
        file.write_bytes(spoiled)
        seen = await view(tmp_path / "store")
        assert silently_different(seen, right) == [], f"bit {bit}"
        refused += any(isinstance(answer, StoreError) for answer in seen.values())
    assert refused > 20, "the flips hit nothing"


async def test_garbage_in_the_database_is_never_silent(tmp_path: Path, campaign: bool) -> None:
    await fill(tmp_path / "store")
    file = tmp_path / "store" / "cache.db"
    right, whole = await view(tmp_path / "store"), file.read_bytes()
    dice = random.Random(6)
    for _ in range(500 if campaign else 40):
        place = dice.randrange(len(whole) - 512)
        file.write_bytes(whole[:place] + dice.randbytes(512) + whole[place + 512 :])
        assert silently_different(await view(tmp_path / "store"), right) == [], f"byte {place}"


def is_prefix(seen: dict[object, object]) -> bool:
    """Each log is the beginning of what was written, and one later than it is empty."""
    logs = [seen["read", run_id] for run_id in RUNS]
    whole = [log == frames(run_id) for log, run_id in zip(logs, RUNS, strict=True)]
    begun = [log == frames(run_id)[: len(log)] for log, run_id in zip(logs, RUNS, strict=True)]  # type: ignore[arg-type]
    first = whole.index(False) if False in whole else len(RUNS)
    return all(begun) and not any(logs[first + 1 :])


async def test_a_torn_log_of_sqlite_gives_a_prefix(tmp_path: Path, campaign: bool) -> None:
    await fill(tmp_path / "store", copy_open_to=tmp_path / "crashed")
    log = (tmp_path / "crashed" / "cache.db-wal").read_bytes()
    lengths = set()
    for cut in range(0, len(log), 64 if campaign else 64 * 77):
        folder = tmp_path / f"cut-{cut}"
        shutil.copytree(tmp_path / "crashed", folder, ignore=shutil.ignore_patterns("*-shm"))
        (folder / "cache.db-wal").write_bytes(log[:cut])
        seen = await view(folder)
        assert is_prefix(seen), f"cut at {cut}"
        lengths.add(sum(len(seen["read", run_id]) for run_id in RUNS))  # type: ignore[misc, arg-type]
        store = DiskStore(folder)
        await store.open()
        await store.append("run-0", await store.last("run-0"), [b"and on"])
        await store.close()
        shutil.rmtree(folder)
    assert len(lengths) > 10, "the cuts met nothing"


async def test_a_flipped_bit_in_the_log_of_sqlite_gives_a_prefix(tmp_path: Path, campaign: bool) -> None:
    await fill(tmp_path / "store", copy_open_to=tmp_path / "crashed")
    log = (tmp_path / "crashed" / "cache.db-wal").read_bytes()
    dice = random.Random(7)
    for turn in range(1000 if campaign else 40):
        folder = tmp_path / f"flip-{turn}"
        shutil.copytree(tmp_path / "crashed", folder, ignore=shutil.ignore_patterns("*-shm"))
        bit = dice.randrange(len(log) * 8)
        spoiled = bytearray(log)
        spoiled[bit // 8] ^= 1 << bit % 8
        (folder / "cache.db-wal").write_bytes(spoiled)
        assert is_prefix(await view(folder)), f"bit {bit}"
        shutil.rmtree(folder)


async def test_a_log_that_lost_its_tail_is_refused(tmp_path: Path) -> None:
    await fill(tmp_path / "store")
    store = DiskStore(tmp_path / "store")
    await store.open()
    con = store._access._ready()._con
    con.execute("DELETE FROM Cache WHERE key = 'log/run-1/000000000012'")
    with pytest.raises(StoreCorrupt, match="after event 11 is damaged") as caught:
        await store.read("run-1")
    assert (caught.value.run_id, caught.value.seq) == ("run-1", 11)
    await store.close()


async def test_a_log_with_a_gap_is_refused(tmp_path: Path) -> None:
    await fill(tmp_path / "store")
    store = DiskStore(tmp_path / "store")
    await store.open()
    con = store._access._ready()._con
    con.execute("DELETE FROM Cache WHERE key = 'log/run-1/000000000005'")
    for after in (0, 2, 4):
        with pytest.raises(StoreCorrupt, match="after event 4 is damaged"):
            await store.read("run-1", after)
    assert await store.read("run-1", 5) == frames("run-1")[5:]
    await store.close()


async def test_two_events_exchanged_are_refused(tmp_path: Path) -> None:
    await fill(tmp_path / "store")
    store = DiskStore(tmp_path / "store")
    await store.open()
    con = store._access._ready()._con
    (value,) = con.execute("SELECT value FROM Cache WHERE key = 'log/run-1/000000000005'").fetchone()
    con.execute("UPDATE Cache SET value = ? WHERE key = 'log/run-1/000000000006'", (value,))
    with pytest.raises(StoreCorrupt, match="after event 5 is damaged"):
        await store.read("run-1")
    await store.close()


@pytest.mark.parametrize("spoil", ["flip", "cut", "empty", "gone"])
async def test_a_damaged_blob_is_refused_and_can_be_put_again(tmp_path: Path, spoil: str) -> None:
    store = DiskStore(tmp_path / "store")
    await store.open()
    data = bytes(range(256)) * 2000
    digest = await store.put_blob("run", data)
    (blob,) = (tmp_path / "store" / "blobs").glob(f"*/{digest}")
    content = bytearray(data)
    content[1000] ^= 1
    if spoil == "gone":
        blob.unlink()
    else:
        blob.write_bytes({"flip": bytes(content), "cut": data[:-1], "empty": b""}[spoil])
    with pytest.raises(StoreCorrupt, match=r"do not fit|not in the store"):
        store.get_blob("run", digest)
    assert await store.put_blob("run", data) == digest
    assert store.get_blob("run", digest) == data
    await store.close()
