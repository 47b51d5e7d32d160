"""The requirements of openapi.yaml, their explanations, the findings about them, and the verdicts with the exit code.
May import `http`. Must not know how a finding arises. Must not send a call.
"""
