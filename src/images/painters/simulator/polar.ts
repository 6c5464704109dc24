/** A star-shaped contour about a place, one radius for each of 256 directions. */
export interface Polar {
  readonly x: number;
  readonly y: number;
  readonly radii: Float32Array;
}

/** Radii of a contour about a place, by default its centre. */
export function polarOf(
  points: readonly number[],
  centre?: { readonly x: number; readonly y: number },
): Polar {
  let x = 0;
  let y = 0;
  const corners = points.length / 2;
  for (let at = 0; at < points.length; at += 2) {
    x += points[at]! / corners;
    y += points[at + 1]! / corners;
  }
  if (centre !== undefined) ({ x, y } = centre);
  const radii = new Float32Array(256);
  for (let direction = 0; direction < 256; direction++) {
    const angle = ((direction + 0.5) / 256) * 2 * Math.PI - Math.PI;
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    for (let at = 0; at < points.length; at += 2) {
      const next = (at + 2) % points.length;
      const ax = points[at]! - x;
      const ay = points[at + 1]! - y;
      const bx = points[next]! - points[at]!;
      const by = points[next + 1]! - points[at + 1]!;
      const cross = bx * sine - by * cosine;
      if (Math.abs(cross) < 1e-9) continue;
      const along = (ay * cosine - ax * sine) / cross;
      if (along < 0 || along > 1) continue;
      const reach = (ax + along * bx) * cosine + (ay + along * by) * sine;
      if (reach > radii[direction]!) radii[direction] = reach;
    }
  }
  return { x, y, radii };
}

/** Radius of the contour in a direction from its centre. */
export function radiusToward(polar: Polar, dx: number, dy: number): number {
  const place = ((Math.atan2(dy, dx) + Math.PI) / (2 * Math.PI)) * 256 - 0.5;
  const low = Math.floor(place);
  const part = place - low;
  return polar.radii[low & 255]! * (1 - part) + polar.radii[(low + 1) & 255]! * part;
}
