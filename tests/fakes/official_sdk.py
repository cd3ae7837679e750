"""The official SDK, unmodified: importing it warns of habits of its own, none of our fault."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from backboard import client, exceptions, models

BackboardClient = client.BackboardClient
ToolOutput = models.ToolOutput

BackboardAPIError = exceptions.BackboardAPIError
BackboardNotFoundError = exceptions.BackboardNotFoundError
BackboardRateLimitError = exceptions.BackboardRateLimitError
BackboardServerError = exceptions.BackboardServerError
BackboardValidationError = exceptions.BackboardValidationError
