"""HTML read back as a tree, strictly: a tag that is closed by another's end, or never, fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_TAGS = {"br", "hr", "input", "meta"}


@dataclass
class Node:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self, tag: str = "", css_class: str = "") -> list["Node"]:
        """Find the elements inside by tag and class."""
        return [node for node in self._walk() if tag in ("", node.tag) and (not css_class or css_class in node.classes)]

    def one(self, tag: str = "", css_class: str = "") -> "Node":
        (found,) = self.all(tag, css_class)
        return found

    def _walk(self) -> Iterator["Node"]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child._walk()


class StrictParser(HTMLParser):
    """Builds the tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute stands twice in <{tag}>: {names}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID_TAGS:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def close(self) -> None:
        super().close()
        assert len(self._open) == 1, f"never closed: {[node.tag for node in self._open[1:]]}"


def parse(html: str) -> Node:
    """Read a page or a piece of one."""
    parser = StrictParser()
    parser.feed(html)
    parser.close()
    return parser.root


def percent(node: Node, attribute: str) -> float:
    """Read an attribute in percent."""
    value = node.attributes[attribute]
    assert value.endswith("%")
    return float(value.removesuffix("%"))
