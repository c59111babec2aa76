"""「読み方辞書」: how the account's words are read aloud."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.roles import Role
from app.models import reading_hint
from app.models.account import Account
from app.models.database import session
from app.models.tenant_scope import account_scope
from tests.portal.conftest import Visitor, words
from tests.support import factories

pytestmark = pytest.mark.any_database

NewVisitor = Callable[[], Visitor]
PAGE = "/numbers/reading-hints/"


@pytest.fixture
def someone(visitor: NewVisitor, account: Account) -> Visitor:
    member = visitor().sign_in(factories.member_of(account, Role.MEMBER))
    member.get(PAGE)
    return member


def readings(account: Account) -> dict[str, str]:
    session.remove()
    with account_scope(account.id):
        return reading_hint.readings_of_account()


def test_a_word_is_added_changed_and_deleted(someone: Visitor, account: Account) -> None:
    added = someone.post(PAGE, follow=True, written=" 東雲 ", reading="しののめ")
    assert "“東雲” was added." in words(added)
    assert "シノノメ" in words(added)
    assert readings(account) == {"東雲": "シノノメ"}
    with account_scope(account.id):
        (address,) = [f"{PAGE}{hint.id}" for hint in reading_hint.hints_of_account()]
    changed = someone.post(address, follow=True, written="東雲町", reading="しののめちょう")
    assert "“東雲町” was saved." in words(changed)
    assert readings(account) == {"東雲町": "シノノメチョウ"}
    deleted = someone.post(f"{address}/delete", follow=True)
    assert "“東雲町” was deleted." in words(deleted)
    assert "There is no word yet" in words(deleted)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"written": "", "reading": "ア"}, "Enter the word as it stands in the text."),
        ({"written": "東雲", "reading": ""}, "Enter how the word is read, in kana."),
        ({"written": "東雲", "reading": "tounun"}, "hiragana or katakana only."),
        ({"written": "東雲", "reading": "東うん"}, "hiragana or katakana only."),
        ({"written": "東雲", "reading": "ー"}, "hiragana or katakana only."),
        ({"written": "東" * 51, "reading": "ア"}, "A word has at most 50 characters."),
        ({"written": "東雲", "reading": "ア" * 101}, "A reading has at most 100 characters."),
        ({"written": "虎ノ門", "reading": "ア"}, "This word has a reading already"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    someone: Visitor, account: Account, typed: dict[str, str], message: str
) -> None:
    known = factories.reading_hint(account, "虎ノ門", "トラノモン")
    other = factories.reading_hint(account, "その他", "ソノタ")
    for address in (PAGE, f"{PAGE}{other.id}"):
        page = someone.post(address, **typed)
        assert page.status_code == 422
        assert words(page).count(message) == 2  # in the summary and beside the field
        assert f'value="{typed["reading"]}"' in page.get_data(as_text=True)
    assert readings(account) == {"虎ノ門": known.reading, "その他": other.reading}


def test_an_account_has_at_most_200_words(someone: Visitor, account: Account) -> None:
    for _ in range(200):
        factories.reading_hint(account)
    page = someone.post(PAGE, written="東", reading="ヒガシ")
    assert "There are 200 words already" in words(page)
    assert len(readings(account)) == 200


def test_strangers_have_their_own_words(someone: Visitor, account: Account) -> None:
    theirs = factories.reading_hint(factories.account(), "東雲", "トウウン")
    assert "トウウン" not in someone.text(PAGE)
    assert someone.post(PAGE, written="東雲", reading="シノノメ").status_code == 302
    for path in (f"{PAGE}{theirs.id}", f"{PAGE}{theirs.id}/delete"):
        assert someone.post(path, written="x", reading="ア").status_code == 404
    assert readings(account) == {"東雲": "シノノメ"}
