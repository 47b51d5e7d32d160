"""The reference implementation of openapi.yaml: six operations on projects that a TinyDB keeps."""
