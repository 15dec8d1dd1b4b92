"""What candor does with the fields that the bodies of all routes have in common, `server/wire/generation_fields.py`, and stream options."""

from server.exchange.fields import FieldTable, accepted, honoured

GENERATION = {
    "model": honoured("who answers: the base, or an adapter by its name"),
    "temperature": honoured("0 takes the likeliest token"),
    "top_p": honoured("0 takes the likeliest token"),
    "top_k": honoured("vLLM's; 0 and -1 are off"),
    "min_p": honoured("vLLM's"),
    "seed": honoured("-1 is a random one"),
    "presence_penalty": honoured(""),
    "frequency_penalty": honoured(""),
    "repetition_penalty": honoured("vLLM's; over the prompt and the answer"),
    "logit_bias": honoured("-100 to 100 by token id, added before the temperature"),
    "stop": honoured("up to 64 texts"),
    "stop_token_ids": honoured("vLLM's"),
    "include_stop_str_in_output": honoured("vLLM's"),
    "ignore_eos": honoured("vLLM's: the model's own end ids do not end it, unless a grammar leaves nothing else"),
    "min_tokens": honoured("vLLM's: nothing ends the answer before"),
    "skip_special_tokens": honoured("vLLM's, but false by default: special tokens appear as they are spelt"),
    "stream": honoured(""),
    "metadata": honoured("comes back in the answer's, but not under names of candor's own"),
    "lora": honoured("candor's: adapters, up to 8, and their scales"),
    "scorer": honoured("candor's: who scores the answer"),
    "degeneration": honoured("candor's: what is done at a hard flag"),
}

STREAM_OPTIONS = FieldTable(
    {
        "include_usage": honoured("true: usage in a chunk of its own, without choices; else it is on the last chunk of a choice"),
        "include_obfuscation": accepted("candor never pads its chunks", "false"),
        "continuous_usage_stats": honoured("vLLM's; true: usage so far on every chunk"),
    }
)
