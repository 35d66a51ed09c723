"""Every error of ours crosses every border: a constructor that wants more than a message breaks none."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from playhead.codec.errors import dump_error, load_error
from playhead.machine.payload import Encoded
from tests.architecture.test_errors import error_classes
from tests.identity.elsewhere import raise_and_send_back
from tests.identity.ours import example
from tests.identity.telling import told


def test_every_error_survives_the_codec() -> None:
    changed = {
        cls.__name__ for cls in error_classes() if told(load_error(dump_error(example(cls)))) != told(example(cls))
    }
    assert changed == set()


def test_every_error_survives_a_spawned_process() -> None:
    errors = {cls.__name__: example(cls) for cls in error_classes()}
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        sent = {name: pool.submit(raise_and_send_back, dump_error(error).data) for name, error in errors.items()}
        arrived = {name: future.result() for name, future in sent.items()}
    assert {name for name, (there, _) in arrived.items() if there != told(errors[name])} == set()
    back = {name: told(load_error(Encoded(data))) for name, (_, data) in arrived.items()}
    assert {name for name, text in back.items() if text != told(errors[name])} == set()


def test_every_error_can_be_told_from_the_others() -> None:
    assert len({told(example(cls)) for cls in error_classes()}) == len(error_classes())
