"""Flask-AppBuilder's security over our own tables.

Roles come from the active membership; there are no `ab_*` tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_appbuilder.security.manager import BaseSecurityManager
from flask_limiter import Limiter
from flask_login import LoginManager, current_user

from app.domain.roles import OPERATOR
from app.models.database import session
from app.models.user import User
from app.portal import session_life
from app.portal.active_membership import active_membership
from app.portal.rate_limits import create_limiter
from app.portal.session_steps import owed_step
from app.portal.views.sign_in import SignInView


@dataclass(frozen=True)
class FabRole:
    """A role as Flask-AppBuilder wants it: something with a name. All of ours are in FAB_ROLES."""

    name: str


class SecurityManager(BaseSecurityManager):
    """Who is signed in and what he may do, asked per request."""

    user_model = User

    def register_views(self) -> None:
        """Only our sign-in: FAB's user, role and reset screens are platform-wide."""
        self.auth_view = self.appbuilder.add_view_no_menu(SignInView)

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Without Flask-Login's template variable: an error page must not look for the user."""
        manager = LoginManager(app, add_context_processor=False)
        manager.user_loader(self.load_user)
        return manager

    def create_limiter(self, app: Flask) -> Limiter:
        return create_limiter(app)

    def create_jwt_manager(self, app: Flask) -> None:
        """No API, so no tokens: the session cookie is the only key."""

    def get_user_by_id(self, pk: int) -> User | None:
        return session.get(User, pk)

    def load_user(self, pk: str) -> User | None:
        """What Flask-Login keeps in the cookie is the token of a session."""
        return session_life.load_user(pk)

    def get_user_roles(self, user: User) -> list[FabRole]:
        if not user.is_authenticated:
            return []
        if user.is_operator:
            return [FabRole(OPERATOR)]
        membership = active_membership()
        return [FabRole(membership.role.value)] if membership else []

    def get_user_roles_permissions(self, user: User) -> dict[str, list[tuple[str, str]]]:
        return {
            role.name: sorted(self.get_role_permissions(role)) for role in self.get_user_roles(user)
        }

    def has_access(self, permission_name: str, view_name: str) -> bool:
        return bool(current_user.is_authenticated) and self._has_view_access(
            current_user, permission_name, view_name
        )

    def get_user_menu_access(self, menu_names: Iterable[str] | None = None) -> set[str]:
        if not current_user.is_authenticated or owed_step():
            return set()
        return set(
            self._get_user_permission_view_menus(
                current_user, "menu_access", list(menu_names or ())
            )
        )

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_public_role(self) -> Any:
        return None

    def get_public_permissions(self) -> list[Any]:
        return []
