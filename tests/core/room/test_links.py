"""The link into a room and its QR code; which addresses a room sends its learners to."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
import segno

from core.room.links import link, network_address, only_here, qr
from core.room.places import is_place, parts


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://localhost:8501/room", "http://10.0.0.5:8501/?room=BCDF"),
        ("http://127.0.0.1/room", "http://10.0.0.5/?room=BCDF"),
        ("https://example.org/room", "https://example.org/?room=BCDF"),
        ("https://example.org/gpt/room/", "https://example.org/gpt/?room=BCDF"),
        ("", "http://10.0.0.5/?room=BCDF"),
    ],
)
def test_a_link_leads_where_learners_can_go(url: str, found: str):
    assert link(url, "room", "BCDF", "10.0.0.5") == found
    assert only_here(url) == ("10.0.0.5" in found)


def test_the_networks_address_is_one_or_none():
    found = network_address()
    assert found == "" or len(found.split(".")) == 4


def test_the_code_is_a_picture_of_the_link():
    text = "http://10.0.0.5:8501/?room=BCDF"
    drawn = ElementTree.fromstring(qr(text))
    size = segno.make_qr(text, error="m").symbol_size(border=3)[0]
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn.attrib["viewBox"] == f"0 0 {size} {size}"


def test_a_place_says_nothing_of_who_sent_it():
    place = "attention?panel=head&layer=3&room=BCDF&lead=secret&present=1&lang=it&panel=mlp"
    assert is_place(place)
    assert parts(place) == ("attention", {"panel": ["head", "mlp"], "layer": ["3"]})
    assert parts("") == ("", {})
