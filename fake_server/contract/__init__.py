"""The contract as data: openapi.yaml read into operations and validators, strict JSON, and messages about what a schema
refuses. May import nothing else of the fake. Must not know the store, nor HTTP.
"""
