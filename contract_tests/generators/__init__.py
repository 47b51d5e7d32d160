"""Generators of calls: the session that sends them, the tour, schemathesis, random histories, the rate limiter's probe,
and the SDK suite. May import `http`, `requirements` and `oracle`. Must not judge an answer, nor know `dialect`.
"""
