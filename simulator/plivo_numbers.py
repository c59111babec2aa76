"""Plivo's REST API for applications and numbers: as much as pointing a number at a webhook needs.

Every number is the account's own here. Sources: https://www.plivo.com/docs/account/api/application
and https://www.plivo.com/docs/numbers/api/account-phone-number.
"""

from typing import Any

from flask import Response

from simulator.applications import SETTABLE, Application
from simulator.exchange import the_exchange
from simulator.phone_numbers import e164
from simulator.plivo_wire import ApiError, account_blueprint, answer, paged, parameters

plivo_numbers = account_blueprint("plivo_numbers")


@plivo_numbers.post("/Application/")
def create_application(auth_id: str) -> tuple[Response, int]:
    wanted = _settings()
    for name in ("app_name", "answer_url"):
        if not wanted.get(name):
            raise ApiError(400, f"{name} parameter not present")
    application = Application(**wanted)
    the_exchange().applications.add(application)
    return answer(message="created", app_id=application.app_id), 201


@plivo_numbers.get("/Application/")
def list_applications(auth_id: str) -> Response:
    return paged([_application(each, auth_id) for each in the_exchange().applications.all()])


@plivo_numbers.get("/Application/<app_id>/")
def retrieve_application(auth_id: str, app_id: str) -> Response:
    return answer(**_application(_existing(app_id), auth_id))


@plivo_numbers.post("/Application/<app_id>/")
def change_application(auth_id: str, app_id: str) -> tuple[Response, int]:
    _existing(app_id)
    the_exchange().applications.change(app_id, _settings())
    return answer(message="changed"), 202


@plivo_numbers.get("/Number/")
def list_numbers(auth_id: str) -> Response:
    return paged([_number(each, auth_id) for each in the_exchange().applications.numbers()])


@plivo_numbers.get("/Number/<number>/")
def retrieve_number(auth_id: str, number: str) -> Response:
    return answer(**_number(_known(number), auth_id))


@plivo_numbers.post("/Number/<number>/")
def change_number(auth_id: str, number: str) -> tuple[Response, int]:
    app_id = str(parameters().get("app_id") or "")
    if app_id and the_exchange().applications.get(app_id) is None:
        raise ApiError(400, "app_id is invalid")
    if app_id:
        the_exchange().applications.assign(_known(number), app_id)
    return answer(message="changed"), 202


def _settings() -> dict[str, str]:
    given = parameters()
    wanted = {name: str(given[name]) for name in SETTABLE if given.get(name)}
    for name, value in wanted.items():
        if name.endswith("_method") and value not in ("GET", "POST"):
            raise ApiError(400, f"{name} is invalid")
    return wanted


def _existing(app_id: str) -> Application:
    application = the_exchange().applications.get(app_id)
    if application is None:
        raise ApiError(404, "not found")
    return application


def _application(application: Application, auth_id: str) -> dict[str, Any]:
    is_default = application.app_id == the_exchange().applications.default_id
    return application.as_resource(auth_id, is_default=is_default)


def _known(number: str) -> str:
    found = e164(number)
    if found is None:
        raise ApiError(404, "not found")
    return found.removeprefix("+")


def _number(number: str, auth_id: str) -> dict[str, Any]:
    return {
        "active": True,
        "alias": None,
        "application": the_exchange().applications.of(number).resource_uri(auth_id),
        "country": "JAPAN",
        "number": number,
        "number_type": "local",
        "resource_uri": f"/v1/Account/{auth_id}/Number/{number}/",
        "sms_enabled": False,
        "sub_account": None,
        "voice_enabled": True,
    }
