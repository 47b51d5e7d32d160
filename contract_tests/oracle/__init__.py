"""The judge of each exchange: it reads the exchange, keeps a model of the server, and notes findings. May import `http`
and `requirements`. Must not send a call, nor know which generator made one.
"""
