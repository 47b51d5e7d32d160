"""The storage of organizations, keys and projects, in memory or in a data file, and the seed that fills it.

May import `contract` and `domain`. No other package knows TinyDB. Must not know HTTP or the JSON of an assistant.
"""
