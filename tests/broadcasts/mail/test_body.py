"""An email's two bodies out of one source."""

import re
from html import unescape

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.mail.body import blocks, plain, subject
from broadcasts.mail.letter import From, Letter, email

HAFEN = From("Hafen & Co", "news@hafen.example", "help@hafen.example")


def html_of(message, **more):
    made = email(HAFEN, Letter("amira@example.org", "Hello", message, "b1.r2", **more))
    return made.alternatives[0].content


def test_text_and_html_say_the_same():
    """S4-38: a subject and a message; both bodies come from it."""
    source = "Dear *Amira*,\n\nyour parcel is _here_:\n- box\n- letter\n\nSee https://hafen.example/p?a=1&b=2."
    assert plain(source) == (
        "Dear Amira,\n\nyour parcel is here:\n- box\n- letter\n\nSee https://hafen.example/p?a=1&b=2."
    )
    html = html_of(source)
    assert "<strong>Amira</strong>" in html
    assert "<em>here</em>" in html
    assert re.search(r"<ul[^>]*>\s*<li[^>]*>box\s*</li>\s*<li[^>]*>letter\s*</li>\s*</ul>", html)
    assert '<a href="https://hafen.example/p?a=1&amp;b=2">' in html


def test_what_people_wrote_is_text_and_never_markup():
    html = html_of('<script>alert(1)</script> & "so" <b>on</b>')
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;so&quot; &lt;b&gt;on&lt;/b&gt;" in html


def test_only_web_addresses_become_links():
    html = html_of("javascript:alert(1) data:text/html,x https://hafen.example")
    assert re.findall(r'href="([^"]*)"', html) == ["https://hafen.example"]


def test_paragraphs_and_line_breaks_stay():
    one, two = blocks("one\r\nmore\r\n\r\n\r\ntwo\n")
    assert [len(one.lines), len(two.lines)] == [2, 1]


def test_a_subject_is_one_line():
    assert subject("Hello\r\nBcc: everybody@example.org") == "Hello Bcc: everybody@example.org"


def test_a_letter_can_be_read_in_light_and_in_dark():
    html = html_of("Hello")
    assert 'content="light dark"' in html
    assert "prefers-color-scheme: dark" in html


@given(st.text(st.characters(exclude_characters="-*•"), max_size=300))
def test_any_source_makes_a_letter_whose_html_shows_its_words(source):
    html = render_to_string("broadcasts/mail/letter.html", {"blocks": blocks(source), "writer": HAFEN, "subject": "S"})
    sheet = html.split('class="sheet"', 1)[1].split(">", 1)[1].split("</td>", 1)[0]
    shown = unescape(re.sub(r"<[^>]*>", "", sheet))
    assert "".join(shown.split()) == "".join(plain(source).split())
