"""The wrong servers of the page's edition."""
