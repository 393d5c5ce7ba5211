"""Spans to a collector over OTLP, by OpenTelemetry's own SDK: batched and bounded, sent by a thread
of its own. Imported only where `[traces]` is configured (O1)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import set_span_in_context

QUEUE, TOGETHER = 8192, 512
ANSWER_WITHIN_S = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class OtlpSpans:
    """Spans for the collector at `endpoint`, of this share of the traces. When it does not answer
    they are thrown away: nothing waits for it."""

    def __init__(self, endpoint: str, share: float, about: Mapping[str, str]) -> None:
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)),
            resource=Resource.create(dict(about)),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=ANSWER_WITHIN_S)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=QUEUE, schedule_delay_millis=1000,
                max_export_batch_size=TOGETHER,
            )
        )  # fmt: skip
        self._tracer = self._provider.get_tracer("forewarn")

    def add(
        self,
        name: str,
        within: Context | None,
        begun: datetime,
        ended: datetime,
        about: Mapping[str, str | int | bool],
    ) -> Context:
        """A span that is over; returns what others can be within."""
        span = self._tracer.start_span(
            name, context=within or Context(), start_time=_nanoseconds(begun),
            attributes=dict(about),
        )  # fmt: skip
        span.end(end_time=_nanoseconds(max(begun, ended)))
        return set_span_in_context(span, Context())

    async def close(self) -> None:
        """What is still here goes out, if the collector answers; nobody waits long for it."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, ANSWER_WITHIN_S)


def _nanoseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND * 1000
