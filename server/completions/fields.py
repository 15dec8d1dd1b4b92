"""What candor does with each field of the body of a completion."""

from server.exchange.fields import FieldTable, accepted, honoured, refused

REQUEST = FieldTable(
    {
        "model": honoured("who answers: the base, or an adapter by its name"),
        "prompt": honoured("a text, the ids of one, or a list of either; control tokens that a text spells become themselves"),
        "max_tokens": honoured("null is 16, -1 no limit of yours; 0 with `echo` reads the prompt alone, and has no scores"),
        "echo": honoured("the prompt is the beginning of each text"),
        "logprobs": honoured("0 to 20, in OpenAI's older form; with `echo` of the prompt's tokens too"),
        "n": honoured("up to 16 choices for each prompt"),
        "best_of": honoured("1, or as many as `n`: all that are made are given"),
        "temperature": honoured("0 takes the likeliest token"),
        "top_p": honoured("0 takes the likeliest token"),
        "top_k": honoured("vLLM's; 0 and -1 are off"),
        "min_p": honoured("vLLM's"),
        "seed": honoured("-1 is a random one"),
        "presence_penalty": honoured(""),
        "frequency_penalty": honoured(""),
        "repetition_penalty": honoured("vLLM's; over the prompt and the answer"),
        "logit_bias": honoured("by token id, -100 to 100"),
        "stop": honoured("up to 64 texts"),
        "response_format": honoured("vLLM's: as in a chat, of the answer without the prompt"),
        "structured_outputs": honoured("vLLM's: as in a chat"),
        "stop_token_ids": honoured("vLLM's"),
        "include_stop_str_in_output": honoured("vLLM's"),
        "ignore_eos": honoured("vLLM's; the model's own end tokens do not end the answer"),
        "min_tokens": honoured("vLLM's"),
        "skip_special_tokens": honoured("vLLM's; null: they appear as they are spelt"),
        "stream": honoured(""),
        "stream_options": honoured("without `stream` it is accepted, and changes nothing"),
        "metadata": honoured("comes back in the answer's, but not under names of candor's own"),
        "lora": honoured("candor's: an adapter and its scale"),
        "scorer": honoured("candor's: who scores the answer"),
        "degeneration": honoured("candor's: what is done at a hard flag"),
        "suffix": refused("Gemma 3 was not trained to fill in", '""'),
        "user": accepted("candor tells no users apart"),
    }
)

STREAM_OPTIONS = FieldTable(
    {
        "include_usage": honoured("true: usage in a chunk of its own, without choices; else it is on the last chunk of a choice"),
        "include_obfuscation": accepted("candor never pads its chunks", "false"),
        "continuous_usage_stats": honoured("vLLM's; true: usage so far on every chunk"),
    }
)
