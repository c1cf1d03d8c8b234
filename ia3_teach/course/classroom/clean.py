"""A stranger's HTML for the pages that a teacher looks at: what is harmless stays, the rest is text."""

from __future__ import annotations

import re
from html import escape

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner

TAGS = frozenset(
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s"
    " samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var".split()
)
ANYTHING = re.compile(".*", re.DOTALL)
LINK = re.compile(r"(?:https?://|mailto:|#).*", re.IGNORECASE | re.DOTALL)
# None from elsewhere: whose it is would see who looks at the page, and when.
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]+", re.IGNORECASE)
ATTRIBUTES = {  # no id and no name: a script of the page would find them in the place of its own
    "href": LINK,
    "src": PICTURE,
    "alt": ANYTHING,
    "title": ANYTHING,
    "class": re.compile("highlight|[a-z0-9]{1,2}"),  # of coloured code
    "style": re.compile("text-align: ?(?:left|right|center);?"),  # of tables
    "width": re.compile("[0-9]{1,4}|[0-9]{1,2}%|100%"),
    "height": re.compile("[0-9]{1,4}"),
    "start": re.compile("[0-9]{1,9}"),
    "colspan": re.compile("[0-9]{1,2}"),
    "rowspan": re.compile("[0-9]{1,2}"),
}


def cleaned(html: str, tags: frozenset[str] = TAGS) -> str:
    """The HTML with tags that are not in the list as text, and of their attributes what is harmless.

    >>> cleaned('<b onclick="x()">a</b><script>x()</script>')
    '<b>a</b>&lt;script&gt;x()&lt;/script&gt;'
    """
    style = CSSSanitizer(allowed_css_properties=["text-align"], allowed_svg_properties=[])
    protocols = {"http", "https", "mailto", "data"}
    return Cleaner(tags=tags, attributes=_is_harmless, protocols=protocols, css_sanitizer=style).clean(html)


def _is_harmless(tag: str, name: str, value: str) -> bool:
    return name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value.strip()) is not None


def as_it_is(html: str) -> str:
    """HTML as Markdown that shows just this: a block of one line, in which nothing is read as Markdown.

    >>> as_it_is("<p>[a](b)\\n</p>")
    '<div><p>&#91;a](b)&#10;</p></div>'
    """
    for sign in "\n\r[":  # some programs look for links of Markdown in HTML as well, and slowly
        html = html.replace(sign, f"&#{ord(sign)};")
    return f"<div>{html}</div>"


def as_text(text: str) -> str:
    """HTML that shows a text as it was written."""
    return f"<pre>{escape(text)}</pre>"
