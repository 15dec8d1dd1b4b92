"""What candor does with each field of the body of a completion."""

from server.exchange.fields import FieldTable, accepted, honoured, refused
from server.exchange.generation_fields import GENERATION

REQUEST = FieldTable(
    {
        "prompt": honoured("a text, the ids of one, or a list of either; control tokens that a text spells become themselves"),
        **GENERATION,
        "max_tokens": honoured("null is 16, -1 no limit of yours; 0 with `echo` reads the prompt alone, and has no scores"),
        "echo": honoured("the prompt is the beginning of each text"),
        "logprobs": honoured("0 to 20, in OpenAI's older form; with `echo` of the prompt's tokens too"),
        "n": honoured("up to 16 choices for each prompt"),
        "best_of": honoured("1, or as many as `n`: all that are made are given"),
        "response_format": honoured("vLLM's: as in a chat, of the answer without the prompt"),
        "structured_outputs": honoured("vLLM's: as in a chat"),
        "stream_options": honoured("without `stream` it is accepted, and changes nothing"),
        "suffix": refused("Gemma 3 was not trained to fill in", '""'),
        "user": accepted("candor tells no users apart"),
    }
)
