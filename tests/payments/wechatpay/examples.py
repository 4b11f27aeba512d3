"""How many examples Hypothesis takes here; a busy machine is no failure."""

from hypothesis import HealthCheck, settings

some = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For what signs or decrypts with RSA."""

many = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
