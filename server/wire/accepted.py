"""What may hold anything in a request, and changes nothing."""

from typing import Annotated

import msgspec

Accepted = Annotated[object, msgspec.Meta(description="Taken, whatever it holds, and changes nothing: `x-candor-accepted` names it.")]
