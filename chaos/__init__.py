"""Calls while the programs and servers behind them are killed; then every SMS is accounted for.

`make chaos` (CALLS=… KILLS=… SEED=…) starts PostgreSQL, RabbitMQ, Redis, the webhooks, two workers
and the simulator, kills them at random, and compares handsets, tables and what the callers heard.
"""
