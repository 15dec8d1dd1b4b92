"""How an answer ended, in whichever words a server tells it.

The words are those of OpenAI, Anthropic, Gemini, Bedrock, Cohere, Mistral, DeepSeek, Zhipu, OpenRouter, vLLM, SGLang and TGI.
"""

import re
from typing import Literal

End = Literal["cut", "stopped", "unknown"]

STOP_WORDS = frozenset(
    [
        "stop",
        "complete",
        "completed",
        "end",
        "endturn",
        "eos",
        "eostoken",
        "eosid",
        "stopsequence",
        "stopword",
        "stoptoken",
        "finished",
        "done",
        "success",
    ]
)
LENGTH_WORDS = frozenset(
    [
        "length",
        "maxtokens",
        "maxoutputtokens",
        "maxnewtokens",
        "maxcompletiontokens",
        "maxtokensreached",
        "maxlength",
        "tokenlimit",
        "tokenlimitreached",
        "limit",
        "modellength",
        "modelcontextwindowexceeded",
        "contextlength",
        "contextlengthexceeded",
        "contextwindowexceeded",
        "lengthlimit",
        "errorlimit",
    ]
)
CALL_WORDS = frozenset({"toolcalls", "functioncall"})


def end_of(finish_reason: str | None) -> End:
    """Say whether the limit cut an answer off or it stopped by itself."""
    word = bare_reason(finish_reason or "")
    return "cut" if word in LENGTH_WORDS else "stopped" if word in STOP_WORDS | CALL_WORDS else "unknown"


def bare_reason(finish_reason: str) -> str:
    """Return a reason in small letters without what joins its words: `MAX_TOKENS` and `max-tokens` are one."""
    return re.sub(r"[\W_]+", "", finish_reason.casefold()).removeprefix("finishreason")
