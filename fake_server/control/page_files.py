"""The files of the page and of the docs, by name: the page's own, and Swagger UI's as a package brings them."""

from pathlib import Path

OWN = Path(__file__).with_name("page")
TITLES = {"": "index.html", "docs": "docs.html"}
SWAGGER_UI = {"swagger-ui.css", "swagger-ui-bundle.js"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Nothing is loaded from elsewhere, and no other page may frame these. Swagger UI styles its parts within its markup.
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
}


def page_file(name: str) -> tuple[bytes, dict[str, str]] | None:
    """What stands at /_fake/<name>, and its headers; None where there is no such file."""
    file = TITLES.get(name, name)
    if file in SWAGGER_UI:
        folder = swagger_ui()
    elif file in {each.name for each in OWN.iterdir()}:
        folder = OWN
    else:
        return None
    path = folder / file
    return path.read_bytes(), HEADERS | {"content-type": TYPES[path.suffix]}


def swagger_ui() -> Path:
    """Where the package that ships its files has them. It is not imported, and neither is its Flask."""
    from importlib.metadata import distribution  # 10 ms that the fake's start does not pay

    return Path(str(distribution("flask-swagger-ui").locate_file("flask_swagger_ui/dist")))
