"""A collector of OpenTelemetry as far as a test needs it: takes OTLP over HTTP, keeps the spans."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(slots=True)
class Collector:
    """`bodies` as they came; `resources`: what is said of who sends."""

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)

    async def on_export(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        body = await request.read()
        said = ExportTraceServiceRequest.FromString(body)
        self.bodies.append(body)
        for of_one in said.resource_spans:
            attributes = of_one.resource.attributes
            self.resources.append({one.key: one.value.string_value for one in attributes})
            self.spans += [span for scope in of_one.scope_spans for span in scope.spans]
        return web.Response()

    def trace_of(self, name: str) -> list[Span]:
        """All spans of the one trace that has a span of this name."""
        (found,) = {span.trace_id for span in self.spans if span.name == name}
        return [span for span in self.spans if span.trace_id == found]


def about(span: Span) -> dict[str, str | int | bool]:
    """Its attributes."""
    return {
        one.key: getattr(one.value, one.value.WhichOneof("value") or "string_value")
        for one in span.attributes
    }


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/traces", collector.on_export)
    server = TestServer(app)
    async with server:
        collector.address = f"http://{server.host}:{server.port}/v1/traces"
        yield collector
