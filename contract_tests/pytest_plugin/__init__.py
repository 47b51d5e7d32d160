"""The suite in pytest: each requirement as a test item, and the fixture `assistants_contract`.

pytest imports `plugin` in every test run of an environment that has the package, so `plugin` imports little, and an
option that another plugin has already stays that plugin's. All else is imported when the suite is collected or used.

May import all packages of the suite. Must not print: pytest reports.
"""
