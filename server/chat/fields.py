"""What candor does with each field of a chat's body, those of OpenAI's SDK and those that other clients send: one by one.

`docs/requests.md` shows these tables (`python -m tools.request_fields` writes them there). What stands in none of them is unknown: a 400.
"""

from server.exchange.fields import FieldTable, accepted, honoured, refused
from server.exchange.generation_fields import GENERATION

_BOOKKEEPING = "a client's own bookkeeping, which comes back with its history"
_REASONING = "what another model thought; Gemma's template has no place for it, and the model is not shown it"
_CACHE = "candor finds beginnings that it has read by itself"
_PART = "Gemma is served without its vision tower: text only"

REQUEST = FieldTable(
    {
        "messages": honoured("the conversation"),
        **GENERATION,
        "max_tokens": honoured("-1 is no limit of yours; the server has one"),
        "max_completion_tokens": honoured("the newer name of `max_tokens`; of two that differ both are refused"),
        "n": honoured("up to 16 choices"),
        "stream_options": honoured("without `stream` it is accepted, and changes nothing"),
        "continue_final_message": honoured(
            "vLLM's; true goes on from an assistant message at the end, as null does, false opens a new turn"
        ),
        "add_generation_prompt": honoured("vLLM's; the opposite of `continue_final_message`"),
        "tools": honoured("functions, up to 128; the model is told of them in front of the system text, see below"),
        "tool_choice": honoured("`required` and a function's name are kept by a grammar; without tools `auto` and `none` ask for nothing"),
        "parallel_tool_calls": honoured("false: one call an answer"),
        "response_format": honoured("`json_object` and `json_schema`, whether `strict` or not, are kept by a grammar"),
        "structured_outputs": honoured("vLLM's: `json`, `json_object`, `regex`, `choice`, or `grammar` in Lark's notation"),
        "logprobs": honoured("of the model's own distribution, before temperature, penalties and grammars"),
        "top_logprobs": honoured("up to 20"),
        "functions": refused("an older form", "[]", advice="send them as `tools`"),
        "function_call": refused("an older form", '"auto"', '"none"', advice="send `tool_choice`"),
        "modalities": refused("Gemma answers in text", '["text"]'),
        "audio": refused("Gemma answers in text"),
        "web_search_options": refused("candor searches nothing, and already an empty object asks for it"),
        "moderation": refused("candor moderates nothing"),
        "store": refused("candor keeps no answers", "false"),
        "chat_template": refused("a request cannot bring one", advice="start the server with --chat-template FILE"),
        "chat_template_kwargs": honoured("vLLM's; only what is in the table below"),
        "reasoning_effort": accepted("Gemma 3 does not reason apart from its answer", '"none"'),
        "verbosity": accepted("Gemma 3 was not trained to it: say in a system message how long answers should be", '"medium"'),
        "service_tier": accepted("there is one tier", '"auto"', '"default"'),
        "prediction": accepted("it would only make the same answer come faster"),
        "user": accepted("candor tells no users apart"),
        "safety_identifier": accepted("candor tells no users apart"),
        "prompt_cache_key": accepted(_CACHE),
        "prompt_cache_retention": accepted(_CACHE),
        "prompt_cache_options": accepted(_CACHE),
    }
)

JSON_SCHEMA = FieldTable(
    {
        "schema": honoured("kept by a grammar; none is any object"),
        "strict": honoured("the schema holds either way"),
        "name": honoured("a label, which OpenAI wants; it asks for nothing"),
        "description": accepted("the model is told of the schema by nothing but the grammar: say in a message what is wanted"),
    }
)

TEMPLATE_KWARGS = FieldTable(
    {
        "enable_thinking": accepted("Gemma 3 does not reason apart from its answer", "false"),
        "thinking": accepted("Gemma 3 does not reason apart from its answer", "false"),
    }
)

MESSAGE = FieldTable(
    {
        "role": honoured("`developer` is `system`; `function`, an older form, is refused: send `tool`"),
        "content": honoured("text, or a list of parts; an assistant's may be null or an empty list, which say nothing"),
        "refusal": honoured("an assistant's: its text is shown as what the model said, behind the content where there is one"),
        "prefix": honoured("DeepSeek's; true on an assistant message at the end: the same as `continue_final_message`"),
        "name": accepted("Gemma's template has no names, as with vLLM; what the model shall know stands in the content", '""'),
        "tool_calls": honoured("an assistant's: the model is shown them as it writes them"),
        "tool_call_id": honoured("of a result: which call it is of, by whose function's name the model is shown it"),
        "function_call": refused("an older form", advice="send it as `tool_calls`"),
        "audio": refused("candor has none of its answers as audio"),
        "images": refused(_PART, "[]"),
        "annotations": accepted("citations of a web search; the text that they annotate is shown", "[]"),
        "reasoning_content": accepted(_REASONING, '""'),
        "reasoning": accepted(_REASONING, '""'),
        "reasoning_details": accepted(_REASONING, "[]"),
        "thinking_blocks": accepted(_REASONING, "[]"),
        "cache_control": accepted(_CACHE),
        "parsed": accepted("what an SDK read out of the content, which is shown"),
        "provider_specific_fields": accepted(_BOOKKEEPING, "{}"),
        "id": accepted(_BOOKKEEPING),
        "created_at": accepted(_BOOKKEEPING),
        "opts": accepted(_BOOKKEEPING),
        "cycle": accepted(_BOOKKEEPING),
    }
)

PART = FieldTable(
    {
        "type": honoured("`text`, or of an assistant `refusal`; a part of any other type is refused by its place"),
        "text": honoured("of a text part"),
        "refusal": honoured("of a refusal part: shown as what the model said"),
        "image_url": refused(_PART),
        "input_audio": refused(_PART),
        "file": refused(_PART),
        "prompt_cache_breakpoint": accepted(_CACHE),
        "cache_control": accepted(_CACHE),
    }
)

TOOL = FieldTable(
    {
        "type": honoured("`function`; a tool of any other type is refused by its place"),
        "function": honoured("its name, description, parameters and `strict`"),
        "strict": honoured("the same as in `function`, where some clients put it"),
        "custom": refused("a tool that is no function"),
        "cache_control": accepted(_CACHE),
    }
)

CALL = FieldTable(
    {
        "id": honoured("by which a result says what it is of"),
        "type": honoured("`function`"),
        "function": honoured("what was called"),
        "index": accepted("left over from a stream; the order is that of the list"),
    }
)

CALLED_FUNCTION = FieldTable(
    {
        "name": honoured(""),
        "arguments": honoured("a JSON text"),
        "parsed_arguments": accepted("what an SDK read out of the arguments, which are shown"),
    }
)
