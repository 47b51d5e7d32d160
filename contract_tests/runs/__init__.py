"""Runs from the first call to the clean-up: the full run, the planned run, their options and their result, and the
sweep of an earlier run. May import `profiles` and all below it. Must not print, nor know a report.
"""
