"""The fake's control side: what a test or a person may want to see or to turn, under /_fake (see control.yaml)."""
