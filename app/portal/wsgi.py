"""What gunicorn serves."""

import gc

import config
from app import private_logs
from app.portal.factory import create_app
from app.providers.task_queue import TaskQueue

private_logs.install()
settings = config.load()
tasks = TaskQueue(settings.celery_broker_url)
application = create_app(settings, tasks.send_mail, tasks.convert_audio)

# A full collection looks at everything that was imported too, and stops a request for 0.2 s.
gc.collect()
gc.freeze()
