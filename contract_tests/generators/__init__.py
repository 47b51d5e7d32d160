"""Generators of calls: the session that sends them, the tour, schemathesis, random histories, the rate limiter's probe,
and the SDK suite. May import `http`, `requirements` and `oracle`; the generator of the SDK suite also imports
`sdk_tests`.

The oracle judges each answer. The probe of the limiter, schemathesis's own checks and a failed SDK test add violations
that no single answer shows. Must not know `dialect`.
"""
