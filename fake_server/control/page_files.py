"""The files of the page and of the API reference: our own, and the files of Swagger UI."""

from pathlib import Path

PAGE_FOLDER = Path(__file__).with_name("page")
SWAGGER_UI_FOLDER = Path(__file__).with_name("swagger_ui")
FILE_NAMES = {"": "index.html", "docs": "docs.html"}
SWAGGER_UI = {"swagger-ui.css", "swagger-ui-bundle.js"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# The pages load nothing from other sites, and no other page may frame them. Swagger UI needs inline styles.
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
}


def load_page_file(name: str) -> tuple[bytes, dict[str, str]] | None:
    """The content of /_fake/<name> and its headers; None if there is no such file."""
    file = FILE_NAMES.get(name, name)
    if file in SWAGGER_UI:
        folder = SWAGGER_UI_FOLDER
    elif file in {each.name for each in PAGE_FOLDER.iterdir()}:
        folder = PAGE_FOLDER
    else:
        return None
    path = folder / file
    return path.read_bytes(), HEADERS | {"content-type": TYPES[path.suffix]}
