"""A chat that was saved as a web page: its elements and their words. Nothing in it is run or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from bot.chatlog.entry import ChatError
from bot.chatlog.plain import plain

_BEGINS = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|table|p|ul|ol|pre|script|style)\b",
    re.I | re.S,
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_OF_CLASS = etree.XPath(".//*[contains(concat(' ', normalize-space(@class), ' '), concat(' ', $name, ' '))]")
_SILENT = frozenset(("script", "style", "head", "title", "template", "noscript", "audio", "video"))
_EDGE = "\ufdd0"  # where a block begins or ends: several of them are one line end; no text holds this character
_LAST_LINE = 65_535  # libxml2 counts no further


def is_page(text: str) -> bool:
    """Whether a text is a web page, by how it begins."""
    return _BEGINS.match(text) is not None


def parsed(text: str) -> Any:
    """The root element of a page, however broken it is. Raises ChatError for one that cannot be read whole."""
    parser = lxml_html.HTMLParser(recover=True, huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text.replace("\0", "").replace(_EDGE, ""), parser=parser)
    except (etree.LxmlError, ValueError):
        raise ChatError("不是完整的网页", "重新导出一次，或者导出成 TXT、CSV") from None
    # What lies deeper than the parser goes would be left out without a word.
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise ChatError("这个网页嵌套得太深，读不全", "重新导出一次，或者导出成 TXT、CSV")
    return root


def line_of(element: Any) -> int | None:
    """The line on which an element begins; None where that is not known."""
    line = element.sourceline
    return int(line) if line is not None and line < _LAST_LINE else None


def with_class(element: Any, name: str) -> list[Any]:
    """The descendants of this class, in order."""
    return list(_OF_CLASS(element, name=name))


def first(element: Any, name: str) -> Any | None:
    """The first descendant of this class."""
    return next(iter(with_class(element, name)), None)


def words(element: Any | None) -> str:
    """The words in an element as a reader sees them, line by line; "" for None."""
    if element is None:
        return ""
    return re.sub(f" *{_EDGE}[ {_EDGE}]*", "\n", plain("".join(_pieces(element)))).strip(" \n\t\u3000")


def as_text(root: Any) -> str:
    """A whole page as text, for a chat that was pasted into one: a line for each block, cells of a table parted by tabs."""
    return "\n".join(line.strip(" ") for line in words(root).split("\n"))


def _pieces(element: Any) -> Iterator[str]:
    # Not by recursion: pages nest deeper than Python calls.
    for event, node in etree.iterwalk(element, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                yield "\n" if tag == "br" else _EDGE
            if tag == "img" and re.fullmatch(r"\[[^\[\]\n]{1,12}\]", alt := node.get("alt") or ""):
                yield alt  # a WeChat emoticon that stands for its name
            if node.text and not _is_silent(node):
                yield _text(node.text, node)
        else:
            if tag in ("td", "th") and node.getnext() is not None:
                yield "\t"
            elif tag in _BLOCKS and tag != "br":
                yield _EDGE
            if node is not element and node.tail and not _is_silent(node.getparent()):
                yield _text(node.tail, node.getparent())


def _is_silent(node: Any) -> bool:
    return node is not None and (not isinstance(node.tag, str) or node.tag in _SILENT)


def _text(text: str, parent: Any) -> str:
    """Line ends are spaces in a page, but not where its makers set the text as it is."""
    if parent.tag in ("pre", "textarea") or any(a.tag == "pre" for a in parent.iterancestors("pre")):
        return text
    return re.sub(r"[ \t\n\r]+", " ", text)
