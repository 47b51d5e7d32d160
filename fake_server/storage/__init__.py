"""Storage of organizations, keys and projects, in memory or in a data file, and the seed that fills it. May import
`contract` and `domain`; nothing outside this package knows TinyDB. Must not know HTTP, nor how an assistant is shown.
"""
