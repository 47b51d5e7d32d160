"""What each setting of a dialect does to a fake, or to the openapi.yaml that it reads."""
