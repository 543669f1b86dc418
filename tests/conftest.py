"""What holds for every test: how hypothesis searches."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Time is never judged: a busy machine is slow, not broken. In CI the examples are the same each time, so that a change is
# judged by what it changed; a person's run goes on searching.
settings.register_profile("person", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "person")
