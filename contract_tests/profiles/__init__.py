"""Plans of few calls, for a server that holds real data: each call is counted before the first one is sent. May import
`generators`, `dialect` and all below them. Must not know how a plan is run, nor how a report looks.
"""
