"""One way to a server: messages over HTTP, the six operations built and parsed, the target, and the client with its
guard and its ledger. May import nothing else of the suite. Must not know a requirement, nor judge an answer.
"""
