// Drawings of the four steps: register, learn, find, pay.
import type { ComponentChildren } from "preact";

const DRAWINGS: Record<"register" | "learn" | "find" | "pay", () => ComponentChildren> = {
  register: () => (
    <>
      <Sheet x={28} y={24} /><Sheet x={44} y={34} /><Sheet x={60} y={44}><circle cx="86" cy="70" r="9" class="tone-b" /><path d="M66 98 82 80l10 10 8-7 12 15z" class="tone-a" /></Sheet>
      <path d="M134 76h26" class="arrow" /><path d="m154 69 8 7-8 7" class="arrow" />
      <g transform="translate(172 44)"><rect width="40" height="64" rx="6" class="sheet" /><path d="M10 16h20M10 26h20M10 36h12" class="line" /><circle cx="26" cy="50" r="8" class="tone-a" /><path d="m22 50 3 3 5-6" class="tick" /></g>
    </>
  ),
  learn: () => (
    <>
      {[0, 1, 2].map((row) => [0, 1, 2].map((column) => <rect x={26 + column * 26} y={34 + row * 26} width="20" height="20" rx="3" class={row * 3 + column === 5 ? "sheet faded" : ["tone-a", "tone-b", "tone-c"][(row + column) % 3]} />))}
      <path d="m82 64 8-8M82 56l8 8" class="cross" />
      <path d="M116 72h24" class="arrow" /><path d="m134 65 8 7-8 7" class="arrow" />
      <circle cx="180" cy="72" r="30" class="sheet" /><circle cx="180" cy="58" r="5" class="tone-a" /><circle cx="166" cy="82" r="5" class="tone-b" /><circle cx="194" cy="82" r="5" class="tone-c" /><path d="M180 63v8m-10 8 7-8m13 8-7-8" class="line" />
    </>
  ),
  find: () => (
    <>
      <rect x="22" y="26" width="88" height="92" rx="6" class="sheet" /><circle cx="48" cy="56" r="15" class="tone-b" /><path d="M66 104 84 70l18 34z" class="tone-a" />
      <rect x="30" y="38" width="36" height="36" class="box line-b" /><rect x="62" y="66" width="44" height="42" class="box line-a dashed" />
      <path d="M66 54h78M106 88h38" class="link" />
      <rect x="148" y="30" width="44" height="44" rx="5" class="sheet" /><circle cx="170" cy="52" r="13" class="tone-b" /><rect x="148" y="80" width="44" height="44" rx="5" class="sheet" /><path d="m155 116 15-27 15 27z" class="tone-a" />
    </>
  ),
  pay: () => (
    <>
      <rect x="24" y="34" width="180" height="22" rx="4" class="rest-fill" /><rect x="24" y="34" width="84" height="22" rx="4" class="tone-a" /><rect x="108" y="34" width="58" height="22" class="tone-b" />
      <path d="M66 60v22M137 60v22" class="arrow" />
      <Coin x={66} y={102} tone="tone-a" /><Coin x={137} y={102} tone="tone-b" /><path d="M176 96h22M176 104h22M176 112h14" class="line" />
    </>
  ),
};

export function StepPicture({ step }: { step: keyof typeof DRAWINGS }) {
  return <svg class="drawing" viewBox="0 0 230 144" aria-hidden="true">{DRAWINGS[step]()}</svg>;
}

function Sheet({ x, y, children }: { x: number; y: number; children?: ComponentChildren }) {
  return <><rect x={x} y={y} width="58" height="62" rx="5" class="sheet" />{children}</>;
}

function Coin({ x, y, tone }: { x: number; y: number; tone: string }) {
  return <><circle cx={x} cy={y} r="17" class={tone} /><path d={`M${x - 6} ${y - 8}l6 8 6-8m-6 8v9m-6-5h12`} class="tick" /></>;
}
