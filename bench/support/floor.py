"""The least that would do, served as our webhooks are: bare Flask, the signature, one statement;
for the pipeline a task more."""

from __future__ import annotations

from flask import Flask, Response, request
from sqlalchemy import create_engine, select

import config
from app.providers.broker import celery_client
from app.providers.plivo import signature
from bench.support.floor_tables import SEND, calls, links

DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?><Response><Play>x</Play><Hangup/></Response>'

settings = config.load()
broker = celery_client(settings.celery_broker_url)
engine = create_engine(settings.database_url, pool_size=16)
base_url = settings.public_base_url
application = Flask(__name__)


@application.get("/healthz")
def healthz() -> str:
    return "ok\n"


@application.post("/ivr/<path:_page>")
def webhook(_page: str) -> Response:
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    form = request.form.to_dict()
    if not signature.verify(
        "POST",
        base_url + request.path + query,
        dict(request.headers),
        form,
        settings.plivo_auth_token,
    ):
        return Response(status=403)
    with engine.begin() as connection:
        connection.execute(
            calls.insert(),
            {"call_uuid": form["CallUUID"], "caller": form["From"], "called": form["To"]},
        )
    return Response(DOCUMENT, mimetype="application/xml")


@application.post("/pipeline")
def pipeline() -> Response:
    """The same, and the SMS is a task."""
    answer = webhook("")
    broker.send_task(SEND, (request.form["From"],))
    return answer


@application.get("/<code>")
def follow(code: str) -> Response:
    with engine.connect() as connection:
        target = connection.scalar(select(links.c.target).where(links.c.code == code))
    if target is None:
        return Response(status=404)
    return Response(status=302, headers={"Location": target})
