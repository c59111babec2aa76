"""The tables. Whoever imports one gets the metadata and relationships of all, complete."""

from app.models import tables

__all__ = ["tables"]
