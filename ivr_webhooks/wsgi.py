"""What a WSGI server loads: `gunicorn ivr_webhooks.wsgi:application`."""

import gc

import config
from app import private_logs
from app.providers.task_queue import TaskQueue
from ivr_webhooks.factory import create_app

private_logs.install()
settings = config.load()
application = create_app(settings, TaskQueue(settings.celery_broker_url).send_message)

# A full collection looks at everything that was imported too, and stops a request for 0.2 s.
gc.collect()
gc.freeze()
