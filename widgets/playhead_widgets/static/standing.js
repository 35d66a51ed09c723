// Standing: how a run stands, in words that make a sentence. The kernel has its own, in `machine/standing.py`.

const STOOD = { success: "had succeeded", failed: "had failed", tripwire: "had tripped" };
const BECAME = { success: "succeeded", failed: "failed", tripwire: "was ended by a tripwire", canceled: "was canceled" };

/** How it stood at a moment of the past: `was paused`. */
export function stood(status) {
  return STOOD[status] ?? `was ${status}`;
}

/** What has become of it now: `is paused`. */
export function became(status) {
  return BECAME[status] ?? `is ${status}`;
}
