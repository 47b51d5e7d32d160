"""Frameworks that use assistants. Each is a script that runs in an environment of its own; see
`self_tests.third_party.clients`.

Each script creates, finds, modifies and deletes an assistant, and prints the framework's own call for each operation.
Where assistants keep every field, the variable KEPT is not empty, and the script sends more fields and reads them back.
If the framework has no call for an operation, the script uses the SDK.
"""
