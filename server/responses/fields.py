"""What candor does with each field of a request for a response that chats do not have as well.

`docs/responses.md` shows these tables (`python -m tools.request_fields` writes them there). What stands in none of them, nor among the
`GenerationFields` of all routes, is unknown: a 400.
"""

from server.exchange.fields import FieldTable, accepted, honoured, refused

_BOOKKEEPING = "a client's own bookkeeping, which comes back with its history"
_CACHE = "candor finds beginnings that it has read by itself"
_PART = "Gemma is served without its vision tower: text only"
_REASONING = "Gemma 3 does not reason apart from its answer"
_STATELESS = "candor keeps no responses"
_WHOLE = "send the whole conversation in `input`"

REQUEST = FieldTable(
    {
        "input": honoured("the conversation: text, or a list of items"),
        "instructions": honoured("a system text in front of the conversation's own"),
        "max_output_tokens": honoured("-1 is no limit of yours; the server has one"),
        "text": honoured("see below"),
        "tools": honoured("functions, up to 128; those of OpenAI's own, custom ones and MCP are refused by their place"),
        "tool_choice": honoured("`required` and a function's name are kept by a grammar; without tools `auto` and `none` ask for nothing"),
        "parallel_tool_calls": honoured("false: one call an answer"),
        "include": honoured("`message.output_text.logprobs`; the others are accepted: there is nothing of the kind"),
        "top_logprobs": honoured("up to 20, where `include` asks for log-probabilities"),
        "stream_options": honoured("see below"),
        "reasoning": honoured("see below"),
        "max_tool_calls": accepted("of OpenAI's own tools"),
        "truncation": accepted("a conversation that is too long is refused", '"disabled"'),
        "service_tier": accepted("there is one tier", '"auto"', '"default"'),
        "user": accepted("candor tells no users apart"),
        "safety_identifier": accepted("candor tells no users apart"),
        "prompt_cache_key": accepted(_CACHE),
        "prompt_cache_retention": accepted(_CACHE),
        "prompt_cache_options": accepted(_CACHE, "{}"),
        "store": refused(_STATELESS, "false", advice="leave it out, which here means false"),
        "previous_response_id": refused(_STATELESS, advice=_WHOLE),
        "conversation": refused(_STATELESS, advice=_WHOLE),
        "prompt": refused("candor keeps no prompts", advice="send the text in `instructions` and `input`"),
        "background": refused(_STATELESS, "false", advice="leave it out, and stream what takes long"),
        "background_options": refused(_STATELESS),
        "context_management": refused("candor shortens nothing", "[]", advice="leave it out, and shorten the conversation in `input`"),
        "access_programs": refused("OpenAI's own"),
        "image": refused(_PART),
        "moderation": refused("candor moderates nothing"),
    }
)

REASONING = FieldTable(
    {
        "effort": accepted(_REASONING, '"none"'),
        "summary": accepted(_REASONING),
        "generate_summary": accepted(_REASONING),
        "context": accepted(_REASONING, '"auto"'),
        "mode": accepted(_REASONING, '"standard"'),
    }
)

STREAM_OPTIONS = FieldTable({"include_obfuscation": accepted("candor never pads its events", "false")})

TEXT = FieldTable(
    {
        "format": honoured("`text`, `json_object` or `json_schema`, see below"),
        "verbosity": accepted("Gemma 3 was not trained to it: say in `instructions` how long answers should be", '"medium"'),
    }
)

FORMAT = FieldTable(
    {
        "type": honoured("`json_object` and `json_schema` are kept by a grammar"),
        "name": honoured("comes back in the response"),
        "schema": honoured("of `json_schema`"),
        "strict": honoured("the schema is kept whether it is true or not"),
        "description": accepted("the model is not told: say it in `instructions`"),
    }
)

TOOL = FieldTable(
    {
        "type": honoured("`function`"),
        "name": honoured(""),
        "description": honoured("the model is told"),
        "parameters": honoured("the model is told; a required call keeps to them"),
        "strict": honoured("true: a required call whose parameters no grammar can keep is refused"),
        "allowed_callers": refused("only the model calls", '["direct"]'),
        "async": refused("a call's result is in the next request", "false"),
        "defer_loading": refused("the model is told of all functions at once", "false", advice="send only the functions that are needed"),
        "output_schema": accepted("the model sees what a function gives when it has been called"),
    }
)

ITEM = FieldTable(
    {
        "type": honoured(
            "`message`, also where it is missing beside a role, `function_call`, `function_call_output`; see below for `reasoning`"
        ),
        "role": honoured("of a message; `developer` is `system`"),
        "content": honoured("of a message: text, or a list of parts"),
        "call_id": honoured("which call it is, or is the result of"),
        "name": honoured("of a call, its function; of a result, by which name it is shown where that is not the call's"),
        "arguments": honoured("of a call: shown as the model writes them"),
        "output": honoured("of a result: text, or a list of text parts"),
        "id": accepted(_BOOKKEEPING),
        "status": accepted(_BOOKKEEPING, '"completed"'),
        "phase": accepted(_BOOKKEEPING),
        "namespace": accepted(_BOOKKEEPING),
        "caller": accepted(_BOOKKEEPING, '{"type":"direct"}'),
        "async": accepted(_BOOKKEEPING, "false"),
        "parsed_arguments": accepted("what an SDK read out of the arguments, which are shown"),
        "summary": accepted("of a reasoning, which is accepted as a whole: Gemma's template has no place for it"),
        "encrypted_content": accepted("of a reasoning"),
        "async_": honoured("null alone: so OpenAI's SDK for Python dumps `async`"),
    }
)

PART = FieldTable(
    {
        "type": honoured("`input_text`, `output_text`, `text` or `refusal`; a part of any other type is refused by its place"),
        "text": honoured("of a text part"),
        "refusal": honoured("of a refusal: shown as what the model said"),
        "annotations": accepted("citations of a web search; the text that they annotate is shown", "[]"),
        "logprobs": accepted("of what was said; the text is shown", "[]"),
        "prompt_cache_breakpoint": accepted(_CACHE),
        "parsed": accepted("what an SDK read out of the text, which is shown"),
        "image_url": refused(_PART),
        "detail": refused(_PART),
        "file_id": refused(_PART),
        "file_data": refused(_PART),
        "file_url": refused(_PART),
        "filename": refused(_PART),
        "input_audio": refused(_PART),
    }
)
