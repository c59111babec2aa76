"""The table: who gets what answer from which route. A new route is one line in ROUTES.

Answers: `in` - let in, whatever the route then says to an empty form; `403`, `404`; or where the
visitor is led first: `sign-in`, `accounts` (to choose one), `password` (to change it), `factor` (to
show it); `address` - a 403 that names the address he comes from.
"""

from __future__ import annotations

WHO = (
    "signed_out",
    "company_admin",
    "senior_admin",
    "admin",
    "member",
    "operator",
    "other_company",  # a company admin, on the first company's rows
    "suspended",  # in the middle of a session
    "choosing",  # of two accounts, none yet
    "must_change",  # a company admin whose password is too old
    "owes_factor",  # a company admin who has set a second factor up and not shown it yet
    "outside",  # a company admin, in the middle of a session, beyond the company's IP list
)

# The columns stand as in WHO.
# group          out     c-adm  sen  adm  mem  oper  other  suspend choosing must     owes   outside
GROUPS = """
public           in      in     in   in   in   in    in     in      in       in       in     in
session          sign-in in     in   in   in   in    in     sign-in in       in       in     in
signed-in        sign-in in     in   in   in   in    in     sign-in in       password factor in
own-password     sign-in in     in   in   in   in    in     sign-in in       in       factor in
second-factor    sign-in in     in   in   in   in    in     sign-in in       password factor in
verify-factor    sign-in in     in   in   in   in    in     sign-in in       password in     in
session-of-row   sign-in 404    404  404  404  404   404    sign-in 404      password factor 404
enter-account    sign-in in     in   in   in   404   404    sign-in in       password factor address
home             sign-in in     in   in   in   in    in     sign-in accounts password factor address
flows            sign-in in     in   in   in   403   in     sign-in accounts password factor address
flow-of-row      sign-in in     in   in   in   403   404    sign-in accounts password factor address
publish-row      sign-in in     in   in   403  403   404    sign-in accounts password factor address
deliveries       sign-in in     in   403  403  403   in     sign-in accounts password factor address
delivery-row     sign-in in     in   403  403  403  404    sign-in accounts password factor address
users            sign-in in     403  403  403  403   in     sign-in accounts password factor address
user-of-row      sign-in in     403  403  403  403   404    sign-in accounts password factor address
back-office      sign-in 403    403  403  403  in    403    sign-in accounts password factor address
"""

ROUTES = """
GET   /static/<filename>                      public
GET   /healthz                                public
GET   /readyz                                 public
GET   /metrics                                public
POST  /language                               public
GET   /sign-in                                public
POST  /sign-in                                public
POST  /sign-out                               public
GET   /password-reset/                        public
POST  /password-reset/                        public
GET   /password-reset/<token>                 public
POST  /password-reset/<token>                 public

GET   /session/                               session
POST  /session/keep                           session
GET   /sessions/                              signed-in
POST  /sessions/end-others                    signed-in
POST  /sessions/<session_id>/end              session-of-row
GET   /password                               own-password
POST  /password                               own-password
GET   /second-factor/                         verify-factor
POST  /second-factor/                         verify-factor
GET   /second-factor/enrol                    second-factor
POST  /second-factor/enrol                    second-factor
POST  /second-factor/off                      second-factor
GET   /accounts/                              signed-in
POST  /accounts/                              enter-account
GET   /                                       home

GET   /numbers/                               flows
POST  /audio-files/                           flows
GET   /audio-files/<audio_file_id>            flow-of-row
POST  /audio-files/<audio_file_id>/conversion flow-of-row
GET   /audio-files/<audio_file_id>/telephone.wav   flow-of-row
GET   /audio-files/<audio_file_id>/original   flow-of-row
POST  /guidances/speech                       flows
GET   /numbers/reading-hints/                 flows
POST  /numbers/reading-hints/                 flows
GET   /numbers/reading-hints/<hint_id>        flow-of-row
POST  /numbers/reading-hints/<hint_id>        flow-of-row
POST  /numbers/reading-hints/<hint_id>/delete  flow-of-row
POST  /numbers/<number_id>/flow               flow-of-row
POST  /numbers/<number_id>/flow/delete        flow-of-row
GET   /numbers/<number_id>/flow/edit          flow-of-row
POST  /numbers/<number_id>/flow/edit          flow-of-row
GET   /numbers/<number_id>/flow/published/    flow-of-row
GET   /numbers/<number_id>/flow/versions/<version_number>/guidances/<slot>.wav  flow-of-row
GET   /numbers/<number_id>/flow/trial/        flow-of-row
POST  /numbers/<number_id>/flow/trial/steps   flow-of-row
POST  /numbers/<number_id>/flow/trial/calls   flow-of-row
POST  /numbers/<number_id>/flow/trial/calls/accept  flow-of-row
POST  /numbers/<number_id>/flow/trial/calls/<trial_id>/rename  flow-of-row
POST  /numbers/<number_id>/flow/trial/calls/<trial_id>/accept  flow-of-row
POST  /numbers/<number_id>/flow/trial/calls/<trial_id>/delete  flow-of-row
POST  /numbers/<number_id>/label              flow-of-row
POST  /numbers/<number_id>/flow/publish       publish-row
POST  /numbers/<number_id>/flow/stop          publish-row
GET   /numbers/<number_id>/flow/history/      flow-of-row
GET   /numbers/<number_id>/flow/history/versions/<version_id>             flow-of-row
GET   /numbers/<number_id>/flow/history/versions/<version_id>/comparison  flow-of-row
POST  /numbers/<number_id>/flow/versions/<version_id>/load                flow-of-row
POST  /numbers/<number_id>/flow/versions/<version_id>/return              publish-row
POST  /numbers/<number_id>/flow/deleted/<flow_id>/restore                 publish-row
POST  /numbers/<number_id>/flow/plans/<plan_id>/cancel                    publish-row
POST  /numbers/<number_id>/flow/plans/<plan_id>/end                       publish-row
GET   /deliveries/                            deliveries
GET   /deliveries/<message_id>                delivery-row
GET   /deliveries/rows                        deliveries
GET   /deliveries/download.csv                deliveries
GET   /deliveries/download.xlsx               deliveries
GET   /deliveries/suppressed/                 deliveries
POST  /deliveries/suppressed/                 deliveries
POST  /deliveries/suppressed/<entry_id>/remove  delivery-row
GET   /deliveries/suppressed/import           deliveries
POST  /deliveries/suppressed/import           deliveries
GET   /deliveries/suppressed/template.csv     deliveries
GET   /calls/                                 deliveries
GET   /calls/download.csv                     deliveries
GET   /calls/download-days.csv                deliveries
GET   /audit-trail/                           users
GET   /audit-trail/download.csv               users
GET   /users/                                 users
GET   /users/new                              users
POST  /users/new                              users
GET   /users/import/                          users
POST  /users/import/                          users
GET   /users/import/template.csv              users
GET   /users/<user_id>/edit                   user-of-row
POST  /users/<user_id>/edit                   user-of-row
POST  /users/<user_id>/delete                 user-of-row
POST  /users/<user_id>/reset                  user-of-row

GET   /back-office/audit-trail/               back-office
GET   /back-office/audit-trail/download.csv   back-office
GET   /back-office/accounts/                  back-office
GET   /back-office/accounts/<pk>              back-office
GET   /back-office/accounts/<pk>/<action>     back-office
POST  /back-office/accounts/<pk>/<action>     back-office
GET   /back-office/accounts/<pk>/edit         back-office
POST  /back-office/accounts/<pk>/edit         back-office
GET   /back-office/accounts/add               back-office
POST  /back-office/accounts/add               back-office
GET   /back-office/calls/                     back-office
GET   /back-office/calls/<pk>                 back-office
GET   /back-office/companies/                 back-office
GET   /back-office/companies/<pk>             back-office
GET   /back-office/companies/<pk>/<action>    back-office
POST  /back-office/companies/<pk>/<action>    back-office
GET   /back-office/companies/<pk>/edit        back-office
POST  /back-office/companies/<pk>/edit        back-office
GET   /back-office/companies/add              back-office
POST  /back-office/companies/add              back-office
GET   /back-office/company-admins/                back-office
GET   /back-office/company-admins/<pk>            back-office
GET   /back-office/company-admins/<pk>/<action>   back-office
POST  /back-office/company-admins/<pk>/<action>   back-office
GET   /back-office/company-admins/add             back-office
POST  /back-office/company-admins/add             back-office
GET   /back-office/dead-letters/                  back-office
GET   /back-office/dead-letters/<pk>              back-office
GET   /back-office/dead-letters/<pk>/<action>     back-office
POST  /back-office/dead-letters/<pk>/<action>     back-office
GET   /back-office/health/                    back-office
GET   /back-office/health/parts               back-office
GET   /back-office/ip-ranges/                 back-office
GET   /back-office/ip-ranges/<pk>             back-office
GET   /back-office/ip-ranges/<pk>/<action>    back-office
POST  /back-office/ip-ranges/<pk>/<action>    back-office
GET   /back-office/ip-ranges/<pk>/edit        back-office
POST  /back-office/ip-ranges/<pk>/edit        back-office
GET   /back-office/ip-ranges/add              back-office
POST  /back-office/ip-ranges/add              back-office
GET   /back-office/messages/                  back-office
GET   /back-office/messages/<pk>              back-office
GET   /back-office/numbers/                   back-office
GET   /back-office/numbers/<pk>               back-office
GET   /back-office/numbers/<pk>/<action>      back-office
POST  /back-office/numbers/<pk>/<action>      back-office
GET   /back-office/numbers/<pk>/plivo         back-office
POST  /back-office/numbers/<pk>/plivo         back-office
GET   /back-office/numbers/<pk>/edit          back-office
POST  /back-office/numbers/<pk>/edit          back-office
GET   /back-office/numbers/add                back-office
POST  /back-office/numbers/add                back-office
GET   /back-office/operators/                     back-office
GET   /back-office/operators/<pk>                 back-office
GET   /back-office/operators/<pk>/<action>        back-office
POST  /back-office/operators/<pk>/<action>        back-office
GET   /back-office/sender-numbers/                back-office
GET   /back-office/sender-numbers/<pk>            back-office
GET   /back-office/sender-numbers/<pk>/<action>   back-office
POST  /back-office/sender-numbers/<pk>/<action>   back-office
GET   /back-office/sender-numbers/add             back-office
POST  /back-office/sender-numbers/add             back-office
GET   /back-office/users/                     back-office
GET   /back-office/users/<pk>                 back-office
GET   /back-office/users/<pk>/<action>        back-office
POST  /back-office/users/<pk>/<action>        back-office
GET   /back-office/users/<pk>/edit            back-office
POST  /back-office/users/<pk>/edit            back-office
GET   /back-office/users/add                  back-office
POST  /back-office/users/add                  back-office
"""


def expected() -> dict[tuple[str, str], dict[str, str]]:
    """(method, path) → who → answer. Raises on a double or crooked line."""
    groups: dict[str, dict[str, str]] = {}
    for line in GROUPS.strip().splitlines():
        name, *answers = line.split()
        groups[name] = dict(zip(WHO, answers, strict=True))
    table: dict[tuple[str, str], dict[str, str]] = {}
    for line in ROUTES.strip().splitlines():
        if not line:
            continue
        method, path, group = line.split()
        assert (method, path) not in table, f"twice: {method} {path}"
        table[method, path] = groups[group]
    return table
