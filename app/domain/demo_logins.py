"""The users of the demo data, for people who try the product on their own machine."""

PASSWORD = "Demo-Passw0rd!"  # noqa: S105 - published on purpose, seeded on loopback only

ADDRESSES = {
    "company-admin@demo.example": "企業管理者 (本店)",
    "senior-admin@demo.example": "上位管理者 (本店)",
    "admin@demo.example": "管理者 (本店), 一般利用者 (支店)",
    "member@demo.example": "一般利用者 (本店)",
    "operator@demo.example": "運用者",
    "other-admin@demo.example": "企業管理者 (another company)",
}
