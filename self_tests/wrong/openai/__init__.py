"""The wrong servers of the edition `openai`: the mistakes that the page's edition cannot have."""
