"""The contract as data: the operations and validators of openapi.yaml, and the messages for values a schema refuses.

Strict JSON and YAML are parsed here too. May import nothing else of the fake. Must not know the store or HTTP.
"""
