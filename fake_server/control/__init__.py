"""The control side under /_fake (see control.yaml): faults, the request log, organizations, the clock, and a page.

May import `http`, `fake` and all below them. Must not know the command line, nor how a fake is composed.
"""
