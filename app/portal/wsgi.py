"""What gunicorn serves."""

import config
from app.portal.factory import create_app
from app.providers.task_queue import TaskQueue

settings = config.load()
application = create_app(settings, TaskQueue(settings.celery_broker_url).send_mail)
