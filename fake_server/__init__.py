"""The reference implementation of openapi.yaml: six operations over projects kept in a TinyDB."""
