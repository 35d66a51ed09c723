"""A stranger's bytes run nothing, import nothing, fill no memory; they are refused or shown as they are."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import pickle
import resource
import subprocess
import sys
import textwrap
from types import ModuleType
from typing import Any

import numpy as np
import ormsgpack
import pytest
from ormsgpack import Ext

from playhead.codec import codes
from playhead.codec.classes import loaded_class
from playhead.codec.errors import load_error
from playhead.codec.opaque import Opaque
from playhead.codec.unpacking import often_met, seldom_met
from playhead.codec.values import dump, load
from playhead.errors import StoreCorrupt, UnknownError
from playhead.machine.payload import Encoded
from tests.unit.codec.kinds import EXACT


def ext(code: int, *parts: Any) -> bytes:
    return ormsgpack.packb(Ext(code, ormsgpack.packb(list(parts))))


def raw(code: int, body: bytes) -> bytes:
    return ormsgpack.packb(Ext(code, body))


def array(descr: Any, shape: Any, data: bytes = b"") -> bytes:
    header = ormsgpack.packb([descr, Ext(codes.TUPLE, ormsgpack.packb(shape)), False])
    return raw(codes.ARRAY, len(header).to_bytes(4, "little") + header + data)


class Bomb:
    def __reduce__(self) -> Any:
        return os.system, ("echo pwned > pwned.txt",)


def pickled_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([Bomb()], dtype=object), allow_pickle=True)
    return file.getvalue()


CLASS_REFS = [
    "os:system",
    "subprocess:Popen",
    "builtins:eval",
    "sys:exit",
    "antigravity:X",
    "__main__:main",
    "os:path.join",
    "builtins:ValueError.__class__",
    "builtins:type",
    "builtins:object",
    "builtins:BaseException.__subclasses__",
    "playhead.codec.values:dump",
    "importlib:import_module",
    ":",
    "",
    "os",
]

BODIES: dict[int, tuple[Any, ...]] = {
    codes.ENUM: ("A",),
    codes.DATACLASS: ({"a": 1},),
    codes.NAMED_TUPLE: ({"a": 1},),
    codes.MODEL: (0, {"a": 1}, None),
    codes.SUBCLASS: ("str", "a"),
    codes.CUSTOM: ("a",),
    codes.URL: ("http://a",),
}
"""What follows the class's name, for each kind that has one."""

CORRUPT: dict[str, bytes] = {
    "raw pickle": pickle.dumps(Bomb()),
    "numpy's own format with a pickle": pickled_array(),
    "npy as an array": raw(codes.ARRAY, pickled_array()),
    "object array": array("|O", [1], bytes(8)),
    "object array by structure": array([["a", "|O"]], [1], bytes(8)),
    "object scalar": ext(codes.ARRAY_SCALAR, "|O", bytes(8)),
    "array of 1e11 elements": array("<f8", [10**11], bytes(8)),
    "array of a negative shape": array("<f8", [-1, -1], bytes(8)),
    "array of a fractional shape": array("<f8", [1.5], bytes(8)),
    "array of shape overflow": array("<f8", [2**62, 2**62]),
    "empty array of shape overflow": array("<f8", [0, 2**62, 2**62]),
    "array without a header": raw(codes.ARRAY, b"\xff\xff\xff\xff"),
    "array of an unknown dtype": array("<q9", [1], bytes(9)),
    "a list 100,000 deep": b"\x91" * 100_000 + b"\x01",
    "a list of four billion": b"\xdd\xff\xff\xff\xff",
    "a map of four billion": b"\xdf\xff\xff\xff\xff",
    "a text of four billion": b"\xdb\xff\xff\xff\xff",
    "an extension of four billion": b"\xc9\xff\xff\xff\xff\x01",
    "an array of four billion bytes": b"\xc9\xff\xff\xff\xff\x46",
    "reserved": b"\xc1",
    "nothing": b"",
    "not utf-8": b"\xa2\xff\xff",
    "map with a map as a key": b"\x81\x80\x01",
    "map with an extension as a key": b"\x81\xd4\x05\x01\x01",
    "set of lists": ext(codes.SET, [1]),
    "pairs without a value": ext(codes.PAIRS, 1),
    "pairs with a list as a key": ext(codes.PAIRS, [1], 2),
    "decimal of nonsense": raw(codes.DECIMAL, b"one"),
    "fraction worked out of a text": ext(codes.FRACTION, "1e999999999", 1),
    "fraction by zero": ext(codes.FRACTION, 1, 0),
    "zone outside the database": raw(codes.ZONE_INFO, b"../../../etc/passwd"),
    "zone with dots": raw(codes.ZONE_INFO, b"tzdata.zoneinfo/UTC"),
    "path of an unknown flavour": ext(codes.PATH, "os", "system"),
    "default factory by name": ext(codes.DEFAULT_DICT, "eval", "k", 1),
    "address of an unknown class": ext(codes.IP_ADDRESS, "eval", "1"),
    "pattern of nonsense": ext(codes.PATTERN, "(", 0),
    "pattern 100,000 deep": ext(codes.PATTERN, "(" * 100_000, 0),
    "datetime of month 13": raw(codes.DATETIME, b"\xe8\x07\x0d\x01" + bytes(8)),
    "enum without a class": ext(codes.ENUM),
    "class name that is no text": ext(codes.ENUM, ["os"], 1),
    "frame of nonsense": ext(codes.FRAME, 1, 2, 3),
    "frame of nonsense from Arrow": ext(
        codes.COLUMN,
        None,
        Ext(codes.INDEX, ormsgpack.packb(["range", None, 0, 1, 1])),
        [["arrow"]],
        b"ARROW1",
        {},
        True,
    ),
    "column of an unknown kind": ext(codes.INDEX, "values", None, [["eval", "1"]], None, None),
    "exception that is no record": ext(codes.EXCEPTION, 1),
    "tuples within tuples": ormsgpack.packb(1),
}


def nested_extensions(depth: int) -> bytes:
    data = b"\x01"
    for _ in range(depth):
        data = raw(codes.TUPLE, b"\x91" + data)
    return data


CORRUPT["tuples within tuples"] = nested_extensions(3_000)


@pytest.mark.parametrize("name", CORRUPT)
def test_hostile_bytes_are_corrupt(name: str) -> None:
    with pytest.raises(StoreCorrupt):
        load(Encoded(CORRUPT[name]))
    assert isinstance(load_error(Encoded(CORRUPT[name])), UnknownError)


@pytest.mark.parametrize("name", CLASS_REFS)
@pytest.mark.parametrize("code", sorted(codes.NAMED))
def test_no_class_is_found_by_what_a_log_says(code: int, name: str) -> None:
    payload = Encoded(ext(code, name, *BODIES[code]))
    loaded = load(payload)
    assert isinstance(loaded, Opaque)
    assert dump(loaded) == payload


@pytest.mark.parametrize("name", CLASS_REFS)
def test_no_function_is_taken_for_an_exception(name: str) -> None:
    payload = Encoded(raw(codes.EXCEPTION, ormsgpack.packb({"t": name, "m": "text", "a": ["echo pwned"]})))
    loaded = load_error(payload)
    assert isinstance(loaded, UnknownError)
    assert loaded.message == "text"
    found = loaded_class(name)
    assert found is None or not issubclass(found, BaseException)


def test_looking_for_a_class_never_wakes_a_lazy_module() -> None:
    loaded: list[str] = []

    class Lazy(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            loaded.append(name)
            return super().__getattribute__(name)

        def __getattr__(self, name: str) -> Any:
            loaded.append(name)
            return ValueError

    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            loaded.append(name)
            return super().__getattribute__(name)

    class Proxy:
        @property
        def __class__(self) -> Any:  # type: ignore[override]  # what lazy proxies do
            loaded.append("__class__")
            return type

    class Watched(metaclass=Meta):
        pass

    module = Lazy("lazy_module")
    module.__dict__.update(Watched=Watched, proxy=Proxy())
    sys.modules["lazy_module"] = module
    try:
        loaded.clear()
        for name in ("Missing", "Watched", "Watched.inner", "proxy", "proxy.inner", "__dict__"):
            assert loaded_class(f"lazy_module:{name}") is None
        assert loaded == []
    finally:
        del sys.modules["lazy_module"]


def test_a_module_that_waits_to_be_loaded_is_not_loaded() -> None:
    spec = importlib.util.find_spec("antigravity")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["antigravity"] = module
    try:
        spec.loader.exec_module(module)  # only marks it: the first look at an attribute would open a browser
        assert loaded_class("antigravity:hashlib") is None
        assert object.__getattribute__(module, "__class__").__name__ == "_LazyModule"
    finally:
        del sys.modules["antigravity"]


def test_attributes_of_an_exception_cannot_overrule_python() -> None:
    record = {
        "t": "builtins:ValueError",
        "m": "",
        "a": [1],
        "d": {"__class__": 1, "__dict__": 2, "__notes__": 3, "fine": 4},
    }
    loaded = load_error(Encoded(raw(codes.EXCEPTION, ormsgpack.packb(record))))
    assert repr(loaded) == "ValueError(1)"
    assert vars(loaded) == {"fine": 4}


@pytest.mark.parametrize("name", EXACT)
def test_changed_bytes_never_do_more_than_fail(name: str) -> None:
    """Every byte of every kind, changed in a few ways: a value, an opaque value, or `StoreCorrupt`."""
    data = dump(EXACT[name]).data
    step = max(1, len(data) // 150)
    for position in range(0, len(data), step):
        for change in (0x01, 0x80, 0xFF):
            changed = bytearray(data)
            changed[position] ^= change
            try:
                load(Encoded(bytes(changed)))
            except StoreCorrupt:
                continue


@pytest.mark.parametrize("code", sorted({*often_met(), *seldom_met()}))
@pytest.mark.parametrize("body", [b"", b"\x00", b"\xc0", b"\x90", b"\x80", b"\x92\xa1a\xa1b", b"\xff" * 40], ids=repr)
def test_no_decoder_raises_anything_of_its_own(code: int, body: bytes) -> None:
    with contextlib.suppress(StoreCorrupt):
        load(Encoded(raw(code, body)))


WATCHED = """
import json, sys
import numpy, pandas, pyarrow, pydantic, zoneinfo
from playhead.codec.errors import load_error
from playhead.codec.values import load
from playhead.codec.unpacking import often_met, seldom_met
from playhead.errors import StoreCorrupt
from playhead.machine.payload import Encoded

often_met(), seldom_met()  # loads what the codec itself is made of
payloads = [bytes.fromhex(each) for each in json.load(sys.stdin)]
seen = []
RUNS = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen", "webbrowser.open")
OPENS = ("pickle.find_class", "ctypes.dlopen", "socket.connect")
NAMED_BY_THE_CORPUS = ("antigravity", "subprocess", "webbrowser")
def hook(event, args):
    named = event == "import" and args[0].partition(".")[0] in NAMED_BY_THE_CORPUS
    if named or event in RUNS + OPENS:
        seen.append([event, str(args[0])[:80]])
sys.addaudithook(hook)
before = set(sys.modules)
for data in payloads:
    for read in (load, load_error):
        try:
            read(Encoded(data))
        except StoreCorrupt:
            pass
known = sys.stdlib_module_names | {"pandas", "pyarrow", "numpy", "pydantic", "pydantic_core"}
new = sorted(name for name in set(sys.modules) - before if name.partition(".")[0] not in known)
print(json.dumps({"seen": seen, "new": new, "antigravity": "antigravity" in sys.modules}))
"""


def test_reading_the_whole_corpus_runs_nothing_and_stays_within_memory(tmp_path: Any) -> None:
    import json

    payloads = [
        *CORRUPT.values(),
        *(ext(code, name, *BODIES[code]) for code in BODIES for name in CLASS_REFS),
    ]
    payloads += [raw(codes.EXCEPTION, ormsgpack.packb({"t": name, "a": ["x"]})) for name in CLASS_REFS]

    def four_gigabytes() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WATCHED)],
        input=json.dumps([payload.hex() for payload in payloads]),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        preexec_fn=four_gigabytes,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"seen": [], "new": [], "antigravity": False}
    assert list(tmp_path.iterdir()) == []
