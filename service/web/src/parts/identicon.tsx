// A small picture of an address, so that two can be told apart at a glance: five by five, mirrored, in the address' own hue.
const SIDE = 5;
const HALF = 3;

export function Identicon({ address }: { address: string }) {
  const digits = address.slice(2).toLowerCase();
  const hue = Number.parseInt(digits.slice(0, 4), 16) % 360;
  const cells = Array.from({ length: SIDE * HALF }, (_, at) => Number.parseInt(digits[at + 4] ?? "0", 16) % 2 === 1);
  return (
    <svg class="identicon" viewBox="0 0 5 5" aria-hidden="true" shape-rendering="crispEdges">
      <rect width="5" height="5" fill={`hsl(${hue} 35% 88%)`} />
      {cells.map((isOn, at) => isOn && columns(at % HALF).map((x) => (
        <rect x={x} y={Math.floor(at / HALF)} width="1" height="1" fill={`hsl(${hue} 45% 42%)`} />
      )))}
    </svg>
  );
}

const columns = (x: number): number[] => (x === HALF - 1 ? [x] : [x, SIDE - 1 - x]);
