"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# The same examples every time and on every machine; a slow one is not a failure.
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")
