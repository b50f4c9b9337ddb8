/**
 * One read under way for each key, however many ask. Whoever asks meanwhile shares the one that begins after it: nobody gets what
 * is older than the question, and a thousand open pages cost what two cost.
 */
export function shareReads<Key, Answer>(
  read: (key: Key) => Promise<Answer>,
  keyOf: (key: Key) => string,
): (key: Key) => Promise<Answer> {
  interface Lane {
    current: Promise<Answer>;
    next?: Promise<Answer>;
  }
  const lanes = new Map<string, Lane>();

  function begin(asked: Key): Promise<Answer> {
    const key = keyOf(asked);
    const lane: Lane = { current: read(asked) };
    lanes.set(key, lane);
    const end = () => {
      if (lanes.get(key) === lane && lane.next === undefined) lanes.delete(key);
    };
    lane.current.then(end, end);
    return lane.current;
  }

  return (asked) => {
    const lane = lanes.get(keyOf(asked));
    if (lane === undefined) return begin(asked);
    const over = () => undefined;
    lane.next ??= lane.current.then(over, over).then(() => begin(asked));
    return lane.next;
  };
}
