"""The Videos API as OpenAI defined it and LiteLLM and vLLM-Omni serve it: jobs, and their files."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.videos import MOVIE

_PATH = re.compile(r"/v1/videos(?:/(?P<id>[^/]+)(?P<content>/content)?)?")
_Sent = tuple[int, str, list[bytes | None]]


@dataclass
class Job:
    """One job.

    Attributes:
        fields: Of the form, files too.
        looks: How often it was looked at.
    """

    fields: Mapping[str, bytes]
    looks: int = 0


@dataclass
class VideoJobs:
    """Every job is queued, then in progress, then done after ``looks``; None: never.

    Attributes:
        error: Every job fails with it, where it is set.
        begun: The fields of all jobs, also of those that are deleted.
        deleted: Ids of jobs that were deleted.
        was_looked_at: Set by the first look.
    """

    looks: int | None = 2
    error: dict[str, str] | None = None
    movie: bytes = MOVIE
    jobs: dict[str, Job] = field(default_factory=dict)
    begun: list[Mapping[str, bytes]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    was_looked_at: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, method: str, path: str, head: str, body: bytes) -> _Sent | None:
        """The answer to a request; None where it is for somebody else."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        job_id = found["id"]
        if (method, job_id) == ("POST", None):
            return self._begin(head, body)
        if job_id not in self.jobs:
            return _refused(404, f"Video {job_id} not found")
        if method == "DELETE":
            del self.jobs[job_id]
            self.deleted.append(job_id)
            return _json({"id": job_id, "object": "video.deleted", "deleted": True})
        if found["content"]:
            if self._status(self.jobs[job_id]) != "completed":
                return _refused(404, "Video is not ready yet")
            half = len(self.movie) // 2
            return 200, "video/mp4", [self.movie[:half], self.movie[half:]]
        self.jobs[job_id].looks += 1
        self.was_looked_at.set()
        return _json(self._row(job_id))

    def _begin(self, head: str, body: bytes) -> _Sent:
        fields = _form(head, body)
        if not fields.get("prompt"):
            return _refused(422, "prompt: Field required")
        job_id = f"video_{len(self.jobs) + len(self.deleted) + 1}"
        self.jobs[job_id] = Job(fields)
        self.begun.append(fields)
        return _json(self._row(job_id))

    def _row(self, job_id: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        status = self._status(job)
        return {
            "id": job_id,
            "object": "video",
            "created_at": 1_760_000_000,
            "status": status,
            "model": job.fields.get("model", b"").decode(),
            "progress": 100 if status == "completed" else 0,
            "seconds": job.fields.get("seconds", b"4").decode(),
            "error": self.error if status == "failed" else None,
        }

    def _status(self, job: Job) -> str:
        if self.looks is None or job.looks < self.looks:
            return "in_progress" if job.looks else "queued"
        return "completed" if self.error is None else "failed"


def _form(head: str, body: bytes) -> dict[str, bytes]:
    kind = next(line for line in head.split("\r\n") if line.lower().startswith("content-type"))
    assert "multipart/form-data" in kind
    message = BytesParser(policy=HTTP).parsebytes(f"{kind}\r\n\r\n".encode() + body)
    fields: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        fields[name] = content
        if part.get_filename():
            fields[f"{name} type"] = part.get_content_type().encode()
    return fields


def _json(found: dict[str, Any]) -> _Sent:
    return 200, "application/json", [json.dumps(found).encode()]


def _refused(status: int, message: str) -> _Sent:
    error = {"message": message, "type": "invalid_request_error", "code": None}
    return status, "application/json", [json.dumps({"error": error}).encode()]
