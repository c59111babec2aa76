"""What people do on a page, with the mouse or with nothing but the keyboard.

Journeys name things in Japanese, as they stand on the screen; `say` is the same in English where
the person reads English.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

IN_ENGLISH = {
    "音声ファイル": "Audio file",
    "変更する": "Change",
    "変換して使う": "Convert and use",
    "録音": "Record",
    "録音を終える": "Stop recording",
    "この録音を使う": "Use this recording",
    "電話の音質": "Telephone sound quality",
    "読み方辞書": "Reading dictionary",
    "表記": "Written form",
    "読み": "Reading",
    "追加": "Add",
    "下書き保存": "Save draft",
    "公開": "Publish",
    "予約公開": "Publish later",
    "公開を予約": "Plan the publication",
    "予約を取り消す": "Cancel the plan",
    "コメント": "Comment",
    "履歴": "History",
    "この版に戻す": "Return to this version",
    "下書きに読み込む": "Load into the draft",
    "公開を停止": "Stop publication",
    "フロー編集": "Edit flow",
    "フロー削除": "Delete flow",
    "履歴・削除したフロー": "History and deleted flows",
    "削除": "Delete",
    "復元": "Restore",
    "テスト発信": "Trial call",
    "固定電話": "Landline",
    "発信": "Place the call",
    "保存": "Save",
    "今の結果を正しいとする": "Take the result now as right",
    "正しいとする": "Take as right",
    "こちらを使う": "Use this one",
}
MOST_TABS = 150
BELOW_CHECKED = """(choice) => {
    const all = [...document.getElementsByName(choice.name)];
    return all.indexOf(choice) - all.findIndex((one) => one.checked);
}"""
IS_FOCUSED = "(element) => element === document.activeElement"


class Hands(ABC):
    """Of one person, on one page."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language

    def say(self, japanese: str) -> str:
        return IN_ENGLISH[japanese] if self.language == "en" else japanese

    def button(self, japanese: str, within: Locator | None = None) -> Locator:
        """The visible button or link of this name."""
        place, name = within or self.page.locator("body"), self.say(japanese)
        button = place.get_by_role("button", name=name, exact=True)
        return button.or_(place.get_by_role("link", name=name, exact=True)).locator("visible=true")

    def press_button(self, japanese: str, within: Locator | None = None) -> None:
        self.press(self.button(japanese, within))

    @abstractmethod
    def press(self, button: Locator) -> None: ...

    @abstractmethod
    def write(self, field: Locator, text: str) -> None: ...

    @abstractmethod
    def check(self, choice: Locator) -> None:
        """A choice may ask something before it is made."""

    @abstractmethod
    def write_midnight(self, day: Locator, time: Locator, when: date) -> None:
        """A day, and the time at which it begins."""

    @abstractmethod
    def upload(self, picker: Locator, file: FilePayload) -> None: ...

    @abstractmethod
    def choose_in_menu(self, opener: Locator, japanese: str) -> None: ...

    @abstractmethod
    def dial(self, keys: str) -> None: ...


class Mouse(Hands):
    def press(self, button: Locator) -> None:
        button.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def check(self, choice: Locator) -> None:
        choice.click()

    def write_midnight(self, day: Locator, time: Locator, when: date) -> None:
        day.fill(when.isoformat())
        time.fill("00:00")

    def upload(self, picker: Locator, file: FilePayload) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.page.locator(f"label[for='{picker.get_attribute('id')}']").click()
        chooser.value.set_files(file)

    def choose_in_menu(self, opener: Locator, japanese: str) -> None:
        opener.click()
        self.button(japanese, self.page.locator(".menu:popover-open")).click()

    def dial(self, keys: str) -> None:
        for key in keys:
            self.page.click(f"[data-key='{key}']")


class Keyboard(Hands):
    """Tab, arrows, Enter, Space and what is typed; never the mouse, never focus by script."""

    def press(self, button: Locator) -> None:
        self._reach(button)
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def check(self, choice: Locator) -> None:
        if choice.get_attribute("type") == "checkbox":
            self._reach(choice)
            self.page.keyboard.press("Space")
            return
        self._reach(self.page.locator(f"[name='{choice.get_attribute('name')}']:checked"))
        for _ in range(choice.evaluate(BELOW_CHECKED)):
            self.page.keyboard.press("ArrowDown")

    def write_midnight(self, day: Locator, time: Locator, when: date) -> None:
        self._reach(day)
        self.page.keyboard.type(f"{when:%m%d%Y}")
        expect(day).to_have_value(when.isoformat())
        self._reach(time)
        self.page.keyboard.type("1200AM")
        expect(time).to_have_value("00:00")

    def upload(self, picker: Locator, file: FilePayload) -> None:
        # The browser has to know that the dialog is expected before the key is pressed.
        with self.page.expect_file_chooser() as chooser:
            self._reach(picker)
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)

    def choose_in_menu(self, opener: Locator, japanese: str) -> None:
        self.press(opener)
        menu = self.page.locator(".menu:popover-open")
        expect(menu.locator(":focus")).to_be_visible()
        self._step("ArrowDown", self.button(japanese, menu))
        self.page.keyboard.press("Enter")

    def dial(self, keys: str) -> None:
        self.page.keyboard.type(keys)

    def _reach(self, place: Locator) -> None:
        expect(place).to_have_count(1)
        expect(place).to_be_enabled()
        self._step("Tab", place)

    def _step(self, key: str, place: Locator) -> None:
        for _ in range(MOST_TABS):
            if place.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{place} is not reached by {key}")


WAYS: dict[str, tuple[type[Hands], str]] = {
    "日本語": (Mouse, "ja"),
    "English": (Mouse, "en"),
    "keyboard": (Keyboard, "ja"),
}


def hands_of(page: Page, way: str) -> Hands:
    """Of a person who has logged in, his language chosen."""
    kind, language = WAYS[way]
    if language == "en":
        page.click("[popovertarget=account-menu]")
        page.locator("button[lang=en]").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    return kind(page, language)


def payload(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "audio/wav", "buffer": content}
