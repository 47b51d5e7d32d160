"""Commands of `assistants-contract`: arguments, options, and files to write. May import every other package. Nothing
outside this package may import it, and nothing outside it knows click.
"""
