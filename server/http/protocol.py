"""uvicorn's HTTP/1.1, with what it answers by itself in OpenAI's envelope too."""

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.wire.error_body import ErrorBody, ErrorDetail


class EnvelopeProtocol(H11Protocol):
    """Refuses what is not HTTP as everything else is refused."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up; only hang up where an answer is already under way."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = msgspec.json.encode(ErrorBody(error=ErrorDetail(message=msg, type="invalid_request_error")))
            length = b"%d" % len(body)
            headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"connection", b"close")]
            for event in (h11.Response(status_code=400, headers=headers, reason=b"Bad Request"), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:
            # A request whose body broke off is being answered too, and would send into a connection that is spoken for.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
