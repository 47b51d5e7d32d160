"""Assistants as the fake keeps and shows them, the errors of the API, the clock, ids, and the rate limiter. May import
nothing else of the fake. Must not know HTTP, TinyDB, nor openapi.yaml.
"""
