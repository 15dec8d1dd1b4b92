"""What a candor endpoint tells of its adapters' trainings, over `/v1/adapters`."""

import asyncio
from typing import Annotated, Any

import httpx
import msgspec
import openai

LISTING_TIMEOUT_S = 30.0
MAX_TEXT_LENGTH = 1000

Count = Annotated[int, msgspec.Meta(ge=0)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT_LENGTH)]


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """How an adapter was trained, as far as its files tell; None is what they do not. The fields are the endpoint's."""

    basis: Text | None = None  # "planned": what was set out before; "done": what its files prove was done
    state: Text | None = None  # how the training ended
    iterations: Count | None = None  # batches seen
    effective_updates: Count | None = None  # steps of the optimiser
    examples_seen: Count | None = None
    rows_trained: Count | None = None
    tokens_trained: Count | None = None
    epochs: float | None = None
    learning_rate: float | None = None
    batch_size: Count | None = None
    rows_cut: Count | None = None
    rows_dropped: Count | None = None
    final_loss: float | None = None
    final_validation_loss: float | None = None
    wall_time_s: float | None = None
    resumed_from: Text | None = None  # the file whose weights it began with
    base_digest: Text | None = None
    data_digest: Text | None = None
    note: Text | None = None  # what is unusual about the files


class TrainedCard(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter in the endpoint's list."""

    name: str
    digest: str
    training: Any = None


class TrainedCards(msgspec.Struct, frozen=True, kw_only=True):
    """The body of the list."""

    data: list[TrainedCard]


class ToldTraining(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of the content that has this digest."""

    digest: str
    training: Training


def read_training(told: object) -> Training | None:
    """Take what an endpoint tells; None where it is nothing, or not as candor tells it."""
    try:
        training = msgspec.convert(told, Training)
    except msgspec.ValidationError:
        return None
    return None if training == Training() else training


async def list_trainings(client: openai.AsyncOpenAI) -> dict[str, ToldTraining]:
    """Ask how each adapter was trained, by name. What cannot be had is nothing: no run needs it."""
    try:
        async with asyncio.timeout(LISTING_TIMEOUT_S):
            response = await client.with_options(max_retries=0).get("/adapters", cast_to=httpx.Response)
        cards = msgspec.json.decode(response.content, type=TrainedCards).data
    except (openai.APIError, TimeoutError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    told = ((card, read_training(card.training)) for card in cards)
    return {card.name: ToldTraining(digest=card.digest, training=training) for card, training in told if training}
