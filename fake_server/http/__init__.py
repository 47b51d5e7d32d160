"""HTTP for the six operations: the web layer, the checks of a request, the handlers, and the server.

May import `fake` and all packages below it. Must not know dialects or the Control API.
"""
