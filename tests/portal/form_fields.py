"""The table: every field of every form, and what a forger puts in. A new field is one line here.

`account`, `company`, `file`: the id of another company's row. `=word`: that word, which would be
valid, so that what is forged beside it gets past the form. `-`: nothing, as its button saves
nothing.
"""

from __future__ import annotations

from app.models.account import Account
from tests.support import factories

FIELDS = """
account                      account
account_id                   account
action                       =flow.save
actor                        =@
add                          -
back                         =//evil.example/
body                         =Forged
caller                       =09012345678
carrier                      =au
cidr                         =203.0.113.0/24
code                         =000000
comment                      =Forged
company                      =SECRET
company_id                   company
current_password             =Forged-Passw0rd!
digits                       =0312345678
encoding                     =shift_jis
error_code                   =gave_up
file                         =
first_day                    =2026-12-31
first_time                   =00:00
guidance_1                   =Forged
guidance_1_file              file
guidance_1_kind              =file
guidance_2                   =Forged
guidance_2_file              file
guidance_2_kind              =file
guidance_4                   =Forged
guidance_4_file              file
guidance_4_kind              =file
guidance_5                   =Forged
guidance_5_file              file
guidance_5_kind              =file
has_softbank_sender          =y
incoming_number              =05030000999
label                        =forged
language                     =en
last_day                     =2027-01-03
last_time                    =24:00
mail_address                 =forged@example.jp
may_members_delete_published =y
name                         =Forged
new_password                 =Forged-Passw0rd!
new_password_again           =Forged-Passw0rd!
number                       =05030000999
password                     =Forged-Passw0rd!
preview_carrier              =au
q                            =SECRET
reading                      =フォージド
recipient                    =09012345678
requires_totp                =y
resends_automatically        =y
revision                     =1
role                         =company_admin
script                       ={}
seen                         =
sender                       =0312345678
short_urls                   =[]
since                        =2025-01-01
sort                         =account_id
state                        =announced
status                       =active
then                         =//evil.example/
until                        =2025-01-31
user                         =SECRET
when                         =later
written                      =Forged
"""

UNASKED = {
    "id": "1",
    "pk": "1",
    "user_id": "1",
    "is_operator": "1",
    "is_active": "1",
    "roles": "company_admin",
    "password_hash": "forged",
    "totp_secret": "",
    "session_epoch": "0",
    "deleted_at": "",
    "next": "//evil.example/",
}
"""What no form has, and a service that took whatever is sent would store."""


def names() -> tuple[str, ...]:
    return tuple(line.split()[0] for line in FIELDS.strip().splitlines())


def forged(foreign: Account) -> dict[str, str]:
    """Everything at once, aimed at this account and its company."""
    ids = {
        "account": str(foreign.id),
        "company": str(foreign.company_id),
        "file": str(factories.audio_file(foreign).id),
    }
    values = dict(line.split() for line in FIELDS.strip().splitlines())
    asked = {
        name: value[1:] if value.startswith("=") else ids[value]
        for name, value in values.items()
        if value != "-"
    }
    return asked | UNASKED
