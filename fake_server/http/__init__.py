"""HTTP for the six operations: the web layer, the checks of a request, the handlers, and the server that listens. May
import `fake` and all below it. Must not know a dialect, nor the control side.
"""
