"""The output of a response in the making: messages and calls, in the order in which they come."""

import msgspec

from server.tools.parts import CallBegin
from server.wire.logprobs import TokenLogprob
from server.wire.responses_response import ItemStatus, OutputCall, OutputItem, OutputMessage, OutputText


class MessageItem:
    """What the model says, up to where it calls something."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._texts: list[str] = []
        self._logprobs: list[TokenLogprob] = []

    def add(self, text: str, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        """Add to the text; this runs once a token."""
        self._texts.append(text)
        self._logprobs += logprobs

    def give(self, *, is_cut: bool) -> OutputMessage:
        """Give what there is of it."""
        part = OutputText(text="".join(self._texts), logprobs=tuple(self._logprobs))
        return OutputMessage(id=self.id, status="incomplete" if is_cut else "completed", content=(part,))


class CallItem:
    """A function that the model calls."""

    def __init__(self, id: str, call: CallBegin) -> None:
        self.id = id
        self._call = call
        self._arguments: list[str] = []

    def add(self, arguments: str) -> None:
        """Add to the arguments."""
        self._arguments.append(arguments)

    def begin(self) -> OutputCall:
        """Give it without its arguments."""
        return self._give("", "in_progress")

    def give(self, *, is_cut: bool = False) -> OutputCall:
        """Give what there is of it. Its arguments say whether it is whole: an answer may be cut behind them, or before it ends."""
        arguments = "".join(self._arguments)
        return self._give(arguments, "completed" if _is_object(arguments) else "incomplete")

    def _give(self, arguments: str, status: ItemStatus) -> OutputCall:
        return OutputCall(id=self.id, call_id=self._call.id, name=self._call.name, arguments=arguments, status=status)


class Output:
    """All items. Their ids say where they stand, so a stream and a whole response name them alike."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id
        self._items: list[MessageItem | CallItem] = []

    def __len__(self) -> int:
        return len(self._items)

    def open_message(self) -> MessageItem:
        """Begin a message behind what there is, or go on with the one at the end."""
        last = self._items[-1] if self._items else None
        if isinstance(last, MessageItem):
            return last
        message = MessageItem(f"msg_{self._request_id}_{len(self._items)}")
        self._items.append(message)
        return message

    def open_call(self, call: CallBegin) -> CallItem:
        """Begin a call behind what there is."""
        item = CallItem(f"fc_{self._request_id}_{len(self._items)}", call)
        self._items.append(item)
        return item

    def give(self, *, is_cut: bool) -> tuple[OutputItem, ...]:
        """Give all there is; only the last item can be cut."""
        last = len(self._items) - 1
        return tuple(item.give(is_cut=is_cut and place == last) for place, item in enumerate(self._items))


def _is_object(arguments: str) -> bool:
    try:
        msgspec.json.decode(arguments, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
