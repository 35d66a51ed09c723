"""How many examples: what a normal run can afford, and all that the profile wants under ``--campaign``."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def examples(everyday: int) -> settings:
    """So many random examples in a normal run."""
    campaign = settings.default.max_examples > settings.get_profile("everyday").max_examples
    count = settings.default.max_examples if campaign else everyday
    return settings(max_examples=count, suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
