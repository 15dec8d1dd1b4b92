"""The tags between which models think aloud before they answer."""

import re

NAMES = "think|thinking|thought|thoughts|reasoning|reflection"
OPENING = re.compile(rf"<(?:{NAMES})>|\[THINK\]|<\|channel>thought\b")
CLOSING = re.compile(rf"</(?:{NAMES})>|\[/THINK\]|<channel\|>")
MAX_TAG_CHARS = 17  # `<|channel>thought`
