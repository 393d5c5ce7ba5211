// What the screen knows: a snapshot and the deltas since. Frames are described in projection.py.
// `writer` is greater with each instance of the service that took over; one that was taken over, and
// does not know it yet, may add what was not here, and changes or takes back nothing.
export const EMPTY = { number: null, at: null, writer: 0, isOutdated: false, streams: {} };

export const rowsOf = (known, stream) => [...(known.streams[stream]?.values() ?? [])];

export function take(known, frame) {
  if (frame.say === "snapshot") return frame.writer < known.writer ? added(known, frame) : fresh(frame);
  if (known.number === null || frame.number <= known.number) return known;
  if (frame.after > known.number) return null; // one was missed: a new snapshot is needed
  return known.isOutdated ? added(known, frame) : changed(known, frame);
}

function fresh(frame) {
  const { say, number, position, at, writer, ...lists } = frame;
  const streams = {};
  for (const [name, rows] of Object.entries(lists)) {
    streams[name] = new Map(rows.map((row) => [row.id, row]));
  }
  return { number, at, writer, isOutdated: false, streams };
}

function changed(known, frame) {
  const { say, after, number, position, at, writer, ...changes } = frame;
  const streams = { ...known.streams };
  for (const [name, { rows, gone }] of Object.entries(changes)) {
    const list = new Map(streams[name]);
    for (const row of rows) list.set(row.id, row);
    for (const id of gone) list.delete(id);
    streams[name] = list;
  }
  return { ...known, number, at, streams };
}

function added(known, frame) {
  const { say, after, number, position, at, writer, ...lists } = frame;
  const streams = { ...known.streams };
  for (const [name, said] of Object.entries(lists)) {
    const list = new Map(streams[name]);
    for (const row of said.rows ?? said) if (!list.has(row.id)) list.set(row.id, row);
    streams[name] = list;
  }
  return { ...known, number, isOutdated: true, streams };
}
