"""The promises through the Python SDK: a file for each area of the contract, and two for the SDK itself."""
