"""Parses HTTP/1.1 requests from an asyncio stream, for the second implementation. It knows nothing of assistants."""

import asyncio
import re
from typing import NamedTuple
from urllib.parse import parse_qsl

BODY_SECONDS = 10


class Refusal(Exception):
    """A refusal: its status, and its reason in words. The words are also the base of its code."""

    def __init__(self, status: int, why: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.why, self.headers = status, why, headers or {}


def need(met: object, why: str) -> None:
    if not met:
        raise Refusal(400, why)


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    peer: str


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.strip("\r\n").split("\r\n")
    start = re.fullmatch(r"([!-~]+) (?:https?://[^/?]*)?([^\s?]*)\??(\S*) HTTP/1\.[01]", line)
    if not start:
        raise Refusal(400, "this is not HTTP/1")
    headers: dict[str, str] = {}
    for name, colon, value in (each.partition(":") for each in fields):
        need(colon and re.fullmatch("[!-~]+", name), "a header is malformed")
        given = headers.get(name.lower())  # a repeated header counts as one list
        headers[name.lower()] = value.strip(" \t") if given is None else f"{given}, {value}"
    headers.setdefault("connection", "close" if line.endswith("0") else "keep-alive")
    body, peer = await read_body(reader, writer, headers), writer.get_extra_info("peername")[0]
    return Request(start[1], start[2], dict(parse_qsl(start[3], keep_blank_values=True)), headers, body, peer)


async def read_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: dict[str, str]) -> bytes:
    length, coding = headers.get("content-length", "0"), headers.get("transfer-encoding", "").lower()
    need(re.fullmatch("[0-9]{1,15}", length) and coding in ("", "chunked"), "the length of the body is unclear")
    need(not coding or "content-length" not in headers, "the length of the body is unclear")
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not coding and int(length) == 0:
        return b""
    async with asyncio.timeout(BODY_SECONDS):
        return await (read_chunks(reader) if coding else reader.readexactly(int(length)))


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := chunk_size(await reader.readuntil(b"\r\n")):
        body += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # skips the trailers
    return bytes(body)


def chunk_size(line: bytes) -> int:
    found = re.fullmatch(rb"([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?\r\n", line)
    if not found:
        raise Refusal(400, "a chunk is malformed")
    return int(found[1], 16)
