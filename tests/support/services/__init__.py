"""Real servers for the tests: PostgreSQL, Redis, RabbitMQ, each started when a test first needs it.

A keeper process owns them, for all xdist workers of a run. It ends them when the run ends, however
it ends.
"""
