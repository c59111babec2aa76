"""The WSGI application: Plivo's API, the simulator's own, the page, and its health."""

from flask import Flask, Response, send_from_directory
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from simulator.control import control
from simulator.exchange import Exchange
from simulator.plivo_api import plivo_api
from simulator.plivo_numbers import plivo_numbers
from simulator.settings import Settings

MOST_REQUEST_BYTES = 1_000_000
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def create_app(settings: Settings) -> Flask:
    """One simulator with its state; build it in the process that serves it (it starts threads)."""
    app = Flask(__name__, static_folder="web", static_url_path="/web")
    app.config["MAX_CONTENT_LENGTH"] = MOST_REQUEST_BYTES
    app.extensions["exchange"] = Exchange(settings)
    app.register_blueprint(plivo_api)
    app.register_blueprint(plivo_numbers)
    app.register_blueprint(control)

    @app.get("/")
    def page() -> Response:
        return send_from_directory("web", "index.html")

    @app.get("/healthz")
    @app.get("/readyz")
    def healthy() -> tuple[str, int, dict[str, str]]:
        return "ok\n", 200, {"Content-Type": "text/plain"}

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app
