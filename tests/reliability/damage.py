"""Damaged copies of a file: what disks, editors, spreadsheets, half a download and ill will do to it."""

import copy
import json
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Each of them has once been a number, a word or a list to somebody.
FIELDS = (
    *(b"-1", b"0", b"1", b"0.5", b"-0.0", b"65536", b"2147483648", b"4294967296", b"9" * 20, b"9" * 400),
    *(b"1e308", b"-1e308", b"1e999", b"nan", b"inf", b"0x10", b"1_000", "٣".encode(), "²".encode(), b"\xb2"),
    *(b"", b" ", b"\x00", b"\xff\xfe", b"null", b"true", b"[]", b"{}", b'"', b"'", b",", b"<", b"&x;", b"../../x"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 0.5, 2**31, 2**64, 10**30, -(10**30), 1e308, float("nan"), float("inf")),
    *("", "x", "٣", "\x00", "../x", "\ud800", [], {}, [[]], [None], {"x": 1}, "9" * 30),
)
WORDS = (0, 1, -1, 2**15, 2**20, 2**31 - 1, -(2**31))


def damaged(sample: bytes) -> st.SearchStrategy[bytes]:
    """Copies of a file with one to three kinds of damage, and some that have nothing to do with it."""
    steps = [_cut, _flip, _overwrite, _repeat, _swap_lines, _field, _field, _header, _encoding]
    if sample.startswith(PNG_SIGNATURE):
        steps += [_png_header, _png_header]
    if _json(sample) is not None:
        steps += [_json_value] * 6

    @st.composite
    def draw_steps(draw: st.DrawFn) -> bytes:
        data = sample
        for step in draw(st.lists(st.sampled_from(steps), min_size=1, max_size=3)):
            data = step(draw, data)
        return data

    return st.one_of(draw_steps(), draw_steps(), draw_steps(), st.binary(max_size=200), st.just(b""), st.just(_DEEP))


_DEEP = b"[" * 10_000
"""Deeper than any parser that calls itself can go."""


def _place(draw: st.DrawFn, data: bytes) -> int:
    return draw(st.integers(0, max(len(data) - 1, 0)))


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: _place(draw, data)]


def _flip(draw: st.DrawFn, data: bytes) -> bytes:
    flipped = bytearray(data)
    for place in draw(st.lists(st.integers(0, max(len(data) - 1, 0)), max_size=4)) if data else ():
        flipped[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(flipped)


def _overwrite(draw: st.DrawFn, data: bytes) -> bytes:
    place, piece = _place(draw, data), draw(st.binary(max_size=6))
    return data[:place] + piece + data[place + draw(st.sampled_from([0, len(piece)])) :]


def _repeat(draw: st.DrawFn, data: bytes) -> bytes:
    begin, end = sorted((_place(draw, data), _place(draw, data)))
    return data[:end] + data[begin:]


def _swap_lines(draw: st.DrawFn, data: bytes) -> bytes:
    lines = data.split(b"\n")
    a, b = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _field(draw: st.DrawFn, data: bytes) -> bytes:
    """Put another word or number for one that is there."""
    fields = list(re.finditer(rb"[^\s,:;\"'<>=\[\]{}]+", data[:20_000]))
    if not fields:
        return data
    field = draw(st.sampled_from(fields))
    return data[: field.start()] + draw(st.sampled_from(FIELDS)) + data[field.end() :]


def _header(draw: st.DrawFn, data: bytes) -> bytes:
    """Put an extreme whole number over four bytes, mostly near the beginning: sizes, lengths and offsets."""
    place = draw(st.integers(0, min(max(len(data) - 4, 0), 64)))
    word = struct.pack(draw(st.sampled_from("<>")) + "i", draw(st.sampled_from(WORDS)))
    return data[:place] + word + data[place + 4 :]


def _encoding(draw: st.DrawFn, data: bytes) -> bytes:
    kind = draw(st.sampled_from(["crlf", "bom", "utf-16", "latin-1", "nul"]))
    if kind == "crlf":
        return data.replace(b"\n", b"\r\n")
    if kind == "bom":
        return b"\xef\xbb\xbf" + data
    if kind == "utf-16":
        return data.decode("latin-1").encode("utf-16")
    return data + (b"\xe4\xf6" if kind == "latin-1" else b"\x00")


def _png_header(draw: st.DrawFn, data: bytes) -> bytes:
    """Another size, depth or colour type in a PNG, with the checksum that makes it look right."""
    if len(data) < 33:
        return data
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    size = st.sampled_from((0, 1, width - 1, width + 1, 30_000, 2**31 - 1, 2**32 - 1))
    width, height = (size_now if draw(st.booleans()) else draw(size) & 0xFFFFFFFF for size_now in (width, height))
    depth, colour = draw(st.sampled_from([(depth, colour), (1, 0), (8, 3), (16, 2), (16, 0), (8, 6), (3, 9)]))
    chunk = b"IHDR" + struct.pack(">IIBB", width, height, depth, colour) + data[26:29]
    return data[:12] + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]


def _json(data: bytes) -> Any:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict | list) else None


def _json_value(draw: st.DrawFn, data: bytes) -> bytes:
    """Change, drop or double one value of a json, anywhere in it."""
    content = _json(data)
    if not content:
        return data
    content = copy.deepcopy(content)
    holder, key = draw(st.sampled_from(list(_entries(content))))
    action = draw(st.sampled_from(["change", "change", "change", "drop", "move"]))
    if action == "drop":
        del holder[key]
    elif action == "move":
        _, other = draw(st.sampled_from([entry for entry in _entries(content) if entry[0] is holder]))
        holder[key] = copy.deepcopy(holder[other])
    else:
        holder[key] = draw(st.sampled_from(VALUES))
    return json.dumps(content).encode()


def _entries(content: Any) -> Iterator[tuple[Any, Any]]:
    items = list(content.items()) if isinstance(content, dict) else list(enumerate(content))
    for key, value in items:
        yield content, key
        if isinstance(value, dict | list):
            yield from _entries(value)
