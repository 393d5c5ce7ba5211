// What the screen knows: a snapshot and the deltas since. Frames are described in projection.py.
export const EMPTY = { number: null, at: null, streams: {} };

export const rowsOf = (known, stream) => [...(known.streams[stream]?.values() ?? [])];

export function take(known, frame) {
  if (frame.say === "snapshot") return fresh(frame);
  if (known.number === null || frame.number <= known.number) return known;
  if (frame.after > known.number) return null; // one was missed: a new snapshot is needed
  return changed(known, frame);
}

function fresh(frame) {
  const { say, number, position, at, ...lists } = frame;
  const streams = {};
  for (const [name, rows] of Object.entries(lists)) {
    streams[name] = new Map(rows.map((row) => [row.id, row]));
  }
  return { number, at, streams };
}

function changed(known, frame) {
  const { say, after, number, position, at, ...changes } = frame;
  const streams = { ...known.streams };
  for (const [name, { rows, gone }] of Object.entries(changes)) {
    const list = new Map(streams[name]);
    for (const row of rows) list.set(row.id, row);
    for (const id of gone) list.delete(id);
    streams[name] = list;
  }
  return { number, at, streams };
}
