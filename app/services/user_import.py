"""Many users at once from a CSV file: all of them, or none and a report of what is wrong where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.domain import user_rules
from app.domain.refusals import Refusal
from app.domain.roles import Role
from app.models import company_users
from app.models.database import transaction
from app.services import csv_upload
from app.services.company_users import (
    AccountRole,
    Manager,
    NewUser,
    add,
    address_refusal,
    lock_company,
)
from app.services.csv_upload import ImportRefused, RowProblem

MAX_ROWS = 200
COLUMNS = ("メールアドレス", "ユーザー名", "アカウント", "権限")
ROLE_WORDS: Mapping[str, Role] = {
    "上位管理者": Role.SENIOR_ADMIN,
    "管理者": Role.ADMIN,
    "一般利用者": Role.MEMBER,
    "企業管理者": Role.COMPANY_ADMIN,  # read, so that its refusal says why
    **{role.value: role for role in Role},
}
HASHING_THREADS = 2  # 64 MiB each


@dataclass
class _Wanted:
    line: int
    name: str
    roles: list[AccountRole] = field(default_factory=list)


def import_users(manager: Manager, content: bytes) -> int:
    """Make the users of the file and mail each a temporary password; returns how many.

    Lines with the same mail address are one user with several roles. Raises Refusal("file_…") for
    a file that cannot be read at all, ImportRefused naming every wrong line. Hashing two hundred
    passwords takes seconds; it is done before the transaction.
    """
    rows = csv_upload.rows_of(content, COLUMNS, most=MAX_ROWS)
    wanted, problems = _wanted(manager, rows)
    with transaction():
        problems += _dry_problems(manager, wanted)
    if problems:
        raise ImportRefused(sorted(problems, key=lambda problem: problem.line))
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        new_users = list(
            threads.map(
                lambda item: NewUser.make(item[0], item[1].name, item[1].roles, is_active=True),
                wanted.items(),
            )
        )
    with transaction():
        lock_company(manager)
        late = []
        for new in new_users:
            try:
                add(manager, new)
            except Refusal as refusal:
                late.append(RowProblem(wanted[new.mail_address].line, refusal))
        if late:
            raise ImportRefused(late)
    return len(new_users)


def template() -> bytes:
    return csv_upload.template(COLUMNS)


def _wanted(
    manager: Manager, rows: Sequence[tuple[int, list[str]]]
) -> tuple[dict[str, _Wanted], list[RowProblem]]:
    """The users by mail address, and the lines that say nothing usable."""
    accounts = {
        account.name: account.id for account in company_users.accounts_of(manager.company_id)
    }
    users: dict[str, _Wanted] = {}
    problems = []
    for line, cells in rows:
        try:
            _take(users, line, cells, accounts)
        except Refusal as refusal:
            problems.append(RowProblem(line, refusal))
    return users, problems


def _take(
    users: dict[str, _Wanted], line: int, cells: list[str], accounts: Mapping[str, int]
) -> None:
    if len(cells) < len(COLUMNS):
        raise Refusal("row_too_short", columns=len(COLUMNS))
    address, name = user_rules.tidy_mail_address(cells[0]), user_rules.tidy_name(cells[1])
    account_id, role = accounts.get(cells[2]), ROLE_WORDS.get(cells[3])
    if account_id is None:
        raise Refusal("row_account_unknown", name=cells[2])
    if role is None:
        raise Refusal("row_role_unknown", name=cells[3])
    user = users.setdefault(address, _Wanted(line, name))
    if user.name != name:
        raise Refusal("row_other_name", line=user.line)
    user_rules.check_roles([*user.roles, (account_id, role)], set(accounts.values()))
    user.roles.append((account_id, role))


def _dry_problems(manager: Manager, wanted: Mapping[str, _Wanted]) -> list[RowProblem]:
    """Addresses that cannot be had, before anything slow is done."""
    lock_company(manager)
    return [
        RowProblem(user.line, refusal)
        for address, user in wanted.items()
        if (refusal := address_refusal(manager, address))
    ]
