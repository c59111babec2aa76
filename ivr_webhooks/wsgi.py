"""What a WSGI server loads: `gunicorn ivr_webhooks.wsgi:application`."""

import config
from ivr_webhooks.factory import create_app

application = create_app(config.load())
