"""Commands of `assistants-contract`: arguments, options, and files to write. May import every other package. Only
`pytest_plugin` and `__main__` import this package. Only this package and `pytest_plugin` import click.
"""
