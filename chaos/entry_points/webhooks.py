"""`gunicorn chaos.entry_points.webhooks:application`."""

from ivr_webhooks.wsgi import application

__all__ = ["application"]
