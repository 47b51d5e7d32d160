"""Plans of few calls, for a server that holds real data. A plan counts each call before the first is sent. May
import `generators`, `dialect` and all below them. Must not know how a plan is run, nor how a report looks.
"""
