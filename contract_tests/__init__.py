"""The conformance suite: judges any implementation of openapi.yaml over HTTP."""
