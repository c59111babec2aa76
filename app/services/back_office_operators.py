"""運用者: the first of our own staff, made on the machine itself."""

from __future__ import annotations

from app.models.database import transaction
from app.services import audit, password_changes
from app.services.back_office_users import new_user


def create_operator(*, mail_address: str, name: str) -> str:
    """Returns the temporary password, to be shown once. Raises as `back_office_users.new_user`."""
    with transaction():
        user = new_user(mail_address, name, is_operator=True)
        password = password_changes.give_temporary_password(user)
        audit.record("operator.create", user.mail_address, after={"name": user.name})
        return password
