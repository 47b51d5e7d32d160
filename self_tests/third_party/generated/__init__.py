"""Clients and models that other tools generate from openapi.yaml. Each has a program here that uses it.

`client.py` and `models.py` run in an environment of their own, `program.mts` is compiled by tsc (see `tools`). Each
program uses all six operations of several services.
"""
