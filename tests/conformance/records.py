"""What every finished step record must show, whatever the case: its status, its value, its times."""

from __future__ import annotations

from datetime import timedelta

from playhead import StepResult


def assert_timed(record: StepResult) -> None:
    """The record carries start and end as aware UTC datetimes, in order."""
    assert record.started_at is not None
    assert record.ended_at is not None
    assert record.started_at.utcoffset() == record.ended_at.utcoffset() == timedelta(0)
    assert record.started_at <= record.ended_at


def assert_succeeded(record: StepResult, output: object) -> None:
    assert record.status == "success"
    assert record.output == output
    assert record.error is None
    assert_timed(record)


def assert_failed(record: StepResult, message: str) -> BaseException:
    """The record failed with exactly this message; gives the error for further checks."""
    assert record.status == "failed"
    assert isinstance(record.error, BaseException)
    assert str(record.error) == message
    assert_timed(record)
    return record.error
