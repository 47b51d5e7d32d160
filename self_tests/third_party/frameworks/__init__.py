"""Frameworks that drive assistants, each a script that runs in an environment of its own; see
`self_tests.third_party.clients`.

Each creates, finds, modifies and deletes an assistant, and prints by which of the framework's own calls: an operation
for which it has none is left out, and done by the SDK.
"""
