"""What every test can use: see the fixtures of the plugins named here."""

pytest_plugins = [
    "tests.support.plugin_order",
    "tests.support.plugin_rules",
    "tests.support.plugin_clock",
    "tests.support.plugin_services",
    "tests.support.plugin_databases",
    "tests.support.plugin_product",
    "tests.support.plugin_browser",
    "tests.support.plugin_axe",
]
