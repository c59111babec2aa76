"""The words of the mails to users, plain text: Japanese first, then the same in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.japan_days import TOKYO


@dataclass(frozen=True)
class Sender:
    """Who writes: the portal's address, the service's name, where help is, and the address that
    mails come from."""

    portal_base_url: str
    service_name: str
    support_url: str
    mail_from: str


@dataclass(frozen=True)
class MailText:
    subject: str
    body: str


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for, and whether his company's admin can help him (a company admin and our
    own staff ask support)."""

    name: str
    mail_address: str
    has_company_admin: bool


def temporary_password(
    sender: Sender, reader: Reader, *, password: str, valid_until: datetime
) -> MailText:
    """The 仮パスワード of a new user."""
    until = _moment(valid_until)
    japanese = f"""{reader.name} 様

{sender.service_name}のご利用登録が完了しました。
下記のログイン画面から、メールアドレスと仮パスワードでログインしてください。
初回ログイン時に、新しいパスワードの設定をお願いします。

ログイン画面: {sender.portal_base_url}/sign-in
メールアドレス: {reader.mail_address}
仮パスワード: {password}
有効期限: {until}（日本時間）

有効期限を過ぎると、仮パスワードではログインできません。
その場合や、お心当たりのない場合は、{_ask_japanese(reader)}お問い合わせください。"""
    english = f"""Dear {reader.name},

you have been registered as a user of {sender.service_name}.
Please log in with your mail address and the temporary password below.
You will be asked to choose a password of your own at once.

Login: {sender.portal_base_url}/sign-in
Mail address: {reader.mail_address}
Temporary password: {password}
Valid until: {until} (Japan time)

After that the temporary password is refused. In that case, or if you do not
know what this mail is about, please ask {_ask_english(reader)}."""
    return _mail(sender, "仮パスワードのお知らせ / Your temporary password", japanese, english)


def password_reset(
    sender: Sender, reader: Reader, *, link: str, code: str, valid_until: datetime
) -> MailText:
    """The link and 認証コード with which a password is set anew."""
    until = _moment(valid_until)
    japanese = f"""{reader.name} 様

{sender.service_name}のパスワード再設定の手続きを受け付けました。
下記のリンクを開き、認証コードと新しいパスワードを入力してください。

パスワード再設定: {link}
認証コード: {code}
有効期限: {until}（日本時間）

リンクと認証コードは1回だけ使えます。新しい再設定の通知が届いた場合は、
そちらをお使いください。以前の通知は無効になります。
お心当たりのない場合は、リンクを開かずに、{_ask_japanese(reader)}お問い合わせください。
このままでもパスワードは変わりません。"""
    english = f"""Dear {reader.name},

we have been asked to let you set a new password for {sender.service_name}.
Please open the link below and enter the authentication code and a new
password.

Set a new password: {link}
Authentication code: {code}
Valid until: {until} (Japan time)

The link and the code work once. A newer mail of this kind cancels this one.
If you do not know what this mail is about, do not open the link and ask
{_ask_english(reader)}. Your password stays as it is."""
    return _mail(sender, "パスワード再設定のご案内 / Set a new password", japanese, english)


def plan_failed(
    sender: Sender, reader: Reader, *, number: str, starts_at: datetime, link: str
) -> MailText:
    """A planned publication (予約公開) that did not begin; `number` as people write it."""
    at = _moment(starts_at)
    japanese = f"""{reader.name} 様

予約した公開を開始できませんでした。発信者が聞く内容は変わっていません。

着信用電話番号: {number}
予約した開始日時: {at}（日本時間）

理由は履歴の画面でご確認ください。フローを直して、もう一度公開してください。
履歴: {link}"""
    english = f"""Dear {reader.name},

a planned publication could not begin. Callers hear the same as before.

Incoming number: {number}
Planned start: {at} (Japan time)

The history says why. Please mend the flow and publish it again.
History: {link}"""
    return _mail(
        sender, "予約公開を開始できませんでした / A planned publication failed", japanese, english
    )


def _mail(sender: Sender, subject: str, japanese: str, english: str) -> MailText:
    foot = f"""{sender.service_name}
サポート / Support: {sender.support_url}
このメールは {sender.mail_from} から自動的に送信しています。ご返信いただいてもお答えできません。
This mail was sent automatically from {sender.mail_from}. Replies are not read."""
    rule = "-" * 60
    body = f"{japanese}\n\n{rule}\n\n{english}\n\n{rule}\n{foot}\n"
    return MailText(f"[{sender.service_name}] {subject}", body)


def _ask_japanese(reader: Reader) -> str:
    return "貴社の企業管理者へ" if reader.has_company_admin else "サポートへ"


def _ask_english(reader: Reader) -> str:
    return "your company's admin" if reader.has_company_admin else "support"


def _moment(moment: datetime) -> str:
    """2025/02/21 14:48, never later than it is."""
    return f"{moment.astimezone(TOKYO):%Y/%m/%d %H:%M}"
