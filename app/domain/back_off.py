"""How long to wait before trying again."""

import random


def delay_s(attempts: int, *, first_s: float, longest_s: float) -> float:
    """Exponential back-off with jitter, in seconds, after so many attempts that failed (1 or more).

    Between half and all of `first_s` doubled with each further attempt, `longest_s` at the most.
    """
    ceiling = min(longest_s, first_s * 2.0 ** (attempts - 1))
    return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - jitter, not a secret
