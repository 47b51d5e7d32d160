"""The contract as data: openapi.yaml read into operations and validators, and messages about what a schema refuses.

Strict JSON and YAML are read here too. May import nothing else of the fake. Must not know the store, nor HTTP.
"""
