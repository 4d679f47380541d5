"""Files as they come: every layout, packed or not, damaged or growing; what can be read is read, the rest is said."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xregistry_tui.resources.documents import reading as module
from xregistry_tui.resources.documents import trouble
from xregistry_tui.resources.documents.reading import Layout, Reading
from xregistry_tui.resources.documents.stream import Stream
from xregistry_tui.resources.documents.text import Text


def read(path: Path, content: bytes) -> tuple[list[Any], tuple[str, ...], Layout]:
    """(values, what was wrong, the layout) of a file."""
    path.write_bytes(content)
    with Stream(path) as stream:
        found = Reading(stream, path.suffix)
        return [record.value for record in found.records()], found.trouble.words(), found.layout


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (b'[{"a": 1}, {"a": 2}]', Layout.ARRAY),
        (b'\n\n [\r\n{"a": 1}\r\n,{"a":\n2}\r\n]\r\n', Layout.ARRAY),
        (b'{"a": 1}\n{"a": 2}\n', Layout.LINES),
        (b'{"a": 1}\r\n\r\n{"a": 2}', Layout.LINES),
        (b'\x1e{"a": 1}\n\x1e{"a": 2}\n', Layout.LINES),
        (b'{\n "a": 1\n}\n{\n "a": 2\n}', Layout.VALUES),
        (b'{"a": 1} {"a": 2}', Layout.VALUES),
        (b'{"a": 1},\n{"a": 2},\n', Layout.VALUES),
        (b'{"a": 1}\r{"a": 2}\r', Layout.VALUES),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_layout_packing_and_encoding(
    tmp_path: Path, content: bytes, layout: Layout, pack: Any, encode: str
) -> None:
    packed = pack(content.decode().encode(encode))
    assert read(tmp_path / "f", packed) == ([{"a": 1}, {"a": 2}], (), layout)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_nothing_is_no_records(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path / "f", content) == ([], (), Layout.EMPTY)


def test_one_object_is_one_record_and_plain_values_are_records_too(tmp_path: Path) -> None:
    assert read(tmp_path / "f", b'{"a": [1, 2]}')[0] == [{"a": [1, 2]}]
    assert read(tmp_path / "f", b'[1, "a", null, [2], 3.5]')[0] == [1, "a", None, [2], 3.5]
    assert read(tmp_path / "f", b"[]")[0] == []


@pytest.mark.parametrize(
    ("name", "content", "kept", "said"),
    [
        ("f.json", b'[{"a": 1}, {"a": 2}, {"a', 2, "it ends in the middle of a record"),
        ("f.json", b'[{"a": 1}, {"a": 2}', 2, "it ends in the middle of a record"),
        ("f.json", b'[{"a": 1},\n{"a": x}, {"a": 2}]', 1, "reading ended at line 2: expecting value"),
        ("f.json", b'[{"a": 1}] [1]', 1, "there is more after the end of the array"),
        ("f.jsonl", b'{"a": 1}\n{"a": \n{"a": 2}\n', 2, "1 lines are no JSON (the first is line 2)"),
        ("f.jsonl", b'{"a": 1}\n{"a": 2}\n{"a"', 2, "it ends in the middle of a record"),
        ("f.jsonl", b'broken\n{"a": 1}\n', 1, "1 lines are no JSON (the first is line 1)"),
        ("f.jsonl", b'{"a": 1, "a": 2}\n', 1, "1 objects have a name twice"),
        ("f.jsonl", b'{"a": "\xff\xfe caf\xe9 \xef\xbf\xbd"}\n', 1, "3 places are not UTF-8"),
        ("f.json", b'[{"a": "\xff caf\xe9"}]', 1, "2 places are not UTF-8"),
        ("f.jsonl", b'{"a": 1}\n' + b'{"a":' * 100_000 + b"\n" + b'{"a": 2}\n', 2, "nested too deeply"),
        ("f.json", b"[[1]," + b"[" * 100_000 + b"]" * 100_000 + b",[2]]", 2, "nested too deeply"),
    ],
)
def test_what_is_broken_is_said_and_the_rest_is_kept(
    tmp_path: Path, name: str, content: bytes, kept: int, said: str
) -> None:
    values, words, _ = read(tmp_path / name, content)
    assert len(values) == kept
    assert said in "; ".join(words)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_that_ends_too_early_gives_what_it_has(tmp_path: Path, pack: Any) -> None:
    text = b"".join(b'{"n": %d, "noise": "%x"}\n' % (n, n * 7919**9 % 10**40) for n in range(20_000))
    values, words, _ = read(tmp_path / "f", pack(text)[:-200])
    assert 0 < len(values) < 20_000
    assert "packing" in words[-1]


def test_a_damaged_packing_is_said(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b'{"a": 1}\n' * 100_000))
    packed[len(packed) // 2 :] = b"\x00" * (len(packed) - len(packed) // 2)
    _, words, _ = read(tmp_path / "f", bytes(packed))
    assert words


def test_records_that_are_too_large_are_passed_over_and_never_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (module, trouble):
        monkeypatch.setattr(place, "LARGEST", 500_000)
    long = b'{"a": "' + b'\\" ] }' * 300_000 + b'"}'
    for content in (b'{"a": 1}\n' + long + b'\n{"a": 2}\n', b'[{"a": 1},' + long + b',{"a": 2}]'):
        values, words, _ = read(tmp_path / "f", content)
        assert values == [{"a": 1}, {"a": 2}]
        assert words == ("1 records are larger than 0 MB and were passed over",)


def test_one_long_line_may_hold_many_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (module, trouble):
        monkeypatch.setattr(place, "LARGEST", 500_000)
    values, words, _ = read(tmp_path / "f", json.dumps([{"n": n} for n in range(200_000)]).encode())
    assert (len(values), words) == (200_000, ())


def test_numbers_of_any_size(tmp_path: Path) -> None:
    values, words, _ = read(tmp_path / "f", b"[1e999, -1e999, NaN, 1" + b"0" * 10_000 + b", 12345678901234567890]")
    assert values[0] == float("inf")
    assert values[2] != values[2]
    assert values[3] == 10**10_000
    assert values[4] == 12345678901234567890
    assert not words


def test_text_that_no_encoding_can_carry_is_replaced(tmp_path: Path) -> None:
    (value,), _, _ = read(tmp_path / "f", rb'["\ud800 \ud83d\ude00 \u0000"]')
    assert value == "\ufffd 😀 \x00"


def test_a_file_that_is_not_json_is_refused(tmp_path: Path) -> None:
    from xregistry_tui.resources.base import ResourceBroken

    with pytest.raises(ResourceBroken, match="is not JSON"):
        read(tmp_path / "f", b"a,b,c\n1,2,3\n")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
).filter(lambda value: not (isinstance(value, dict) and any(name.startswith("$") for name in value)))


@settings(deadline=None)
@given(st.lists(json_values, max_size=8), st.integers(1, 40), st.sampled_from([None, 2]), st.booleans())
def test_an_array_is_read_the_same_in_pieces_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], piece: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    path = tmp_path_factory.getbasetemp() / "pieces"
    path.write_bytes(text)
    with Stream(path) as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr("xregistry_tui.resources.documents.text.CHUNK", piece)
        found = Reading(stream)
        assert [record.value for record in found.records()] == json.loads(text)
        assert found.trouble.words() == ()


@given(json_values, st.integers(1, 10))
def test_what_is_passed_over_is_passed_over_whole(value: Any, piece: int) -> None:
    wrapped = [value, ']\\" {']
    source = io.BytesIO((json.dumps(wrapped) + "7").encode())
    text = Text(lambda _: source.read(piece))
    text.more()
    text.pass_over()
    assert text.skip_all_space()
    assert text.buffer[text.pos] == "7"
