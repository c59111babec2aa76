"""What gunicorn serves."""

import config
from app.portal.factory import create_app

application = create_app(config.load())
