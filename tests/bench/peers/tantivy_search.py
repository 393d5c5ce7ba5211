"""tantivy, in memory: any of the words, ranked by BM25. The query is built and not parsed, because
its parser reads IN, AND, OR and NOT as operators."""

from collections.abc import Iterator

import tantivy  # type: ignore[import-not-found,unused-ignore]

from tests.bench.peers.exchange import Ask, Marker, Reply, run, words


def build(markers: Iterator[Marker]) -> Ask:
    """The index, and how it is asked."""
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("text")
        .add_text_field("id", stored=True, tokenizer_name="raw")
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=128_000_000)
    for marker in markers:
        writer.add_document(tantivy.Document(text=marker.text, id=marker.id))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> Reply:
        terms = [tantivy.Query.term_query(schema, "text", word) for word in words(text)]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        for score, at in searcher.search(query, 1, count=False).hits:
            return Reply((searcher.doc(at)["id"][0],), score)
        return Reply()

    return ask


if __name__ == "__main__":
    run("tantivy", build)
