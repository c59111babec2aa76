"""A rate that all workers share, kept in Redis: when each kind of request may go next."""

from __future__ import annotations

import redis

CONNECT_TIMEOUT_S = 2

# In Redis' own time, in microseconds. Nothing is taken when the wait would be too long.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local free_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if free_at - now > tonumber(ARGV[2]) then
  return -1
end
local next_free_at = string.format('%.0f', free_at + ARGV[1])
redis.call('SET', KEYS[1], next_free_at, 'PX', math.ceil((free_at + ARGV[1] - now) / 1000) + 1000)
return free_at - now
"""
_US = 1_000_000


class SharedRate:
    """One Redis for the workers of all hosts."""

    def __init__(self, redis_url: str) -> None:
        client = redis.Redis.from_url(
            redis_url, socket_timeout=CONNECT_TIMEOUT_S, socket_connect_timeout=CONNECT_TIMEOUT_S
        )
        self._script = client.register_script(_RESERVE)

    def reserve(self, name: str, interval_s: float, most_wait_s: float) -> float | None:
        """As `app.models.rate_bucket.reserve`."""
        wait_us = self._script(
            keys=[f"todoku:rate:{name}"], args=[round(interval_s * _US), round(most_wait_s * _US)]
        )
        return None if wait_us < 0 else wait_us / _US
