"""The Control API under /_fake (see control.yaml): fault injection, the request log, organizations, the clock, a page.

May import `http`, `fake` and all packages below them. Must not know the command line or how a fake is composed.
"""

PREFIX = "/_fake"  # of every path of the Control API
