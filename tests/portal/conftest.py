"""The portal on the test's database, and visitors who use it like a browser."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from app.domain.roles import Role
from app.models import database
from app.models.account import Account
from app.models.incoming_number import IncomingNumber
from app.models.user import User
from app.portal import download_slots
from app.portal.factory import create_app, mail_sender
from app.services import mails
from config import Settings
from tests.support import factories

TOKEN = re.compile(
    r'name="csrf_token" type="hidden" value="([^"]+)"|name="csrf_token" value="([^"]+)"'
)
START = "http://127.0.0.1:8080"


class Visitor:
    """A browser: keeps cookies, and sends the token of the page that it saw last."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self._token = ""

    def get(self, path: str, *, follow: bool = False, **headers: str) -> TestResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._seen(self.client.get(path, headers=names, follow_redirects=follow))

    def post(self, path: str, *, follow: bool = False, **fields: object) -> TestResponse:
        data = {"csrf_token": self._token, **fields}
        return self._seen(self.client.post(path, data=data, follow_redirects=follow))

    def sign_in(self, user: User, account: Account | None = None) -> Visitor:
        """Through the sign-in page, and into the account where there is a choice."""
        self.get("/sign-in")
        answer = self.post(
            "/sign-in", mail_address=user.mail_address, password=factories.PASSWORD, follow=True
        )
        assert answer.status_code == 200, answer.status
        if account is not None and answer.request.path == "/accounts/":
            assert self.post("/accounts/", account_id=account.id).status_code == 302
        return self

    def text(self, path: str) -> str:
        """The words of a page."""
        answer = self.get(path, follow=True)
        assert answer.status_code == 200, answer.status
        return words(answer)

    def _seen(self, answer: TestResponse) -> TestResponse:
        is_page = answer.mimetype == "text/html"
        found = TOKEN.search(answer.get_data(as_text=True)) if is_page else None
        if found:
            self._token = found[1] or found[2]
        return answer


def words(answer: TestResponse) -> str:
    """The page without its markup."""
    page = answer.get_data(as_text=True).replace("<wbr>", "")
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.S)
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """A hash that is cheap to verify: signing in takes half a second otherwise, on purpose."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(factories.PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factories, "PASSWORD_HASH", cheap)
        yield


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        state_dir=tmp_path_factory.mktemp("portal"),
        portal_base_url=START,
        support_url="https://support.example/help",
        service_name="Todoku",
        plivo_api_url="http://127.0.0.1:9",  # nobody is there
    )


@pytest.fixture(scope="session")
def mails_told() -> list[int]:
    """The mails that the worker was told of, by id."""
    return []


@pytest.fixture(scope="session")
def built_app(settings: Settings, mails_told: list[int]) -> Flask:
    """Built once: it asks whatever database the session is bound to, and `db` binds it per test."""
    return create_app(settings, mails_told.append)


@pytest.fixture
def app(built_app: Flask, db: Engine, settings: Settings, mails_told: list[int]) -> Iterator[Flask]:
    before, extensions = dict(built_app.config), dict(built_app.extensions)
    download_slots.free_all()  # answers that tests leave unread hold theirs
    mails_told.clear()
    mails.configure(mail_sender(settings), mails_told.append)  # other tests of this process do too
    built_app.config["RATELIMIT_ENABLED"] = False  # tests sign in more often than people do
    yield built_app
    built_app.config.clear()
    built_app.config.update(before)
    built_app.extensions.update(extensions)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where a browser finds the portal while the test runs."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        # Werkzeug leaves the file of an answer open when the browser goes before its end.
        with closing(app(environ, start_response)) as parts:
            yield from parts

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """Makes visitors, each with a browser of his own. They read English."""

    def new() -> Visitor:
        someone = Visitor(app)
        someone.get("/sign-in")
        someone.post("/language", language="en")
        return someone

    return new


@pytest.fixture
def account(db: object) -> Account:
    return factories.account("本店")


@pytest.fixture
def number(account: Account) -> IncomingNumber:
    return factories.incoming_number(account, "+815030000001")


@pytest.fixture
def someone(visitor: Callable[[], Visitor], account: Account) -> Visitor:
    return visitor().sign_in(factories.member_of(account, Role.SENIOR_ADMIN))


@pytest.fixture
def statements(db: Engine, app: Flask) -> list[str]:
    """The SQL sent since the test began, or since it cleared the list."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    event.listen(database.session.get_bind(), "before_cursor_execute", note)
    return sent
