"""Commands are read from a page as its author marked them, and a mark that is not known is named."""

from pathlib import Path

import pytest

from tests.outside.pages.blocks import Block, read_blocks

PAGE = """# A page

```sh stays
make serve
```

1. In a list:

   ```sh
   echo one
     echo two
   ```

```sh elsewhere: it is for a Mac
make it
```

```
what it prints
```

```python
print(1)
```
"""


def test_blocks_are_read_in_order_with_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert read_blocks(page) == [
        Block(line=4, language="sh", way="stays", text="make serve\n"),
        Block(line=10, language="sh", way="ends", text="echo one\n  echo two\n"),
        Block(line=15, language="sh", way="elsewhere", text="make it\n"),
        Block(line=23, language="python", way="ends", text="print(1)\n"),
    ]


@pytest.mark.parametrize("info", ["bash", "sh later", "sh elsewhere", "sh elsewhere: ", "console"])
def test_an_unknown_mark_is_named(info: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n```{info}\nls\n```\n")
    with pytest.raises(ValueError, match=r"page\.md:3: expected sh or python"):
        read_blocks(page)
