"""A local Plivo for development and tests: REST API, callers, handsets.

A stranger to the product: it speaks HTTP only, imports none of its packages and must never run in
production. See ``fates.py`` for the magic recipients and ``cli.py`` for the command line.
"""
