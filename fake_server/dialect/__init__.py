"""Dialects: settings for the free choices of the contract. A setting changes a part of the fake, or its openapi.yaml.

May import `fake`, `contract`, `storage` and `domain`. Must not know aiohttp or the Control API.
"""
