"""運用者: our own staff. The first is made on the machine itself."""

from __future__ import annotations

from app.domain.refusals import Refusal
from app.models.database import transaction
from app.models.user import User
from app.services import audit, password_changes, second_factor
from app.services.back_office_users import new_user
from app.services.back_office_writes import locked


def create_operator(*, mail_address: str, name: str) -> str:
    """Returns the temporary password, to be shown once. Raises as `back_office_users.new_user`."""
    with transaction():
        user = new_user(mail_address, name, is_operator=True)
        password = password_changes.give_temporary_password(user)
        audit.record("operator.create", user.mail_address, after={"name": user.name})
        return password


def remove_second_factor(user_id: int) -> None:
    """For a colleague who lost device and recovery codes: his sessions end, and he logs in with his
    password alone, after which he sets a new second factor up where one is required.

    Raises Refusal("own_second_factor") for oneself: a stolen session must not get rid of it. And
    Refusal("row_gone") for who is no operator.
    """
    with transaction():
        user = locked(User, user_id)
        if not user.is_operator:
            raise Refusal("row_gone")
        if user.id == audit.current_actor().user_id:
            raise Refusal("own_second_factor")
        second_factor.remove(user)
        user.session_epoch += 1
        audit.record_of_user("user.remove_second_factor", user)
