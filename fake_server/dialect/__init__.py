"""Dialects: the settings of a free choice, and what each does to a fake, or to the openapi.yaml that it reads.

May import `fake`, `contract`, `storage` and `domain`. Must not know aiohttp, nor the control side.
"""
