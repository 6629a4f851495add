// A list of any length, of which only what is seen is in the document. Rows are of one height, the window scrolls.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { currentLanguage } from "../words/index.ts";

const ROWS_BEYOND = 3;

interface Props<Item> {
  items: readonly Item[];
  /** How many there are in all, as far as is known; what is not loaded yet is shown as empty places. */
  total: number;
  columnWidth: number;
  rowHeight: number;
  label: string;
  draw: (item: Item | undefined, index: number) => ComponentChildren;
  /** Called with the last index that is seen, so that more can be loaded. */
  onSeen: (last: number) => void;
}

export function VirtualGrid<Item>({ items, total, columnWidth, rowHeight, label, draw, onSeen }: Props<Item>) {
  const box = useRef<HTMLUListElement>(null);
  const view = useView(box);
  const columns = Math.max(1, Math.floor(view.width / columnWidth));
  const rows = Math.ceil(total / columns);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - ROWS_BEYOND);
  const last = Math.min(rows, Math.ceil((view.top + view.height) / rowHeight) + ROWS_BEYOND);
  const indexes = Array.from({ length: Math.max(0, Math.min(total, last * columns) - first * columns) }, (_, at) => first * columns + at);
  const lastSeen = indexes.at(-1) ?? 0;
  // A place that stays as it was is not drawn again: most of them, while the page scrolls.
  const before = useRef(new Map<number, Drawn<Item>>());
  const look = `${columns} ${total} ${currentLanguage()}`;
  const drawn = new Map(indexes.map((index) => {
    const item = items[index];
    const known = before.current.get(index);
    const isSame = known !== undefined && known.item === item && known.look === look;
    return [index, isSame ? known : { item, look, node: place(index) }];
  }));
  before.current = drawn;
  function place(index: number) {
    return (
      <li
        key={index} aria-setsize={total} aria-posinset={index + 1}
        style={{
          width: `${100 / columns}%`, height: `${rowHeight}px`,
          transform: `translate(${(index % columns) * 100}%, ${Math.floor(index / columns) * rowHeight}px)`,
        }}
      >
        {draw(items[index], index)}
      </li>
    );
  }
  useEffect(() => onSeen(lastSeen), [lastSeen, items.length]);
  return (
    <ul class="virtual" ref={box} aria-label={label} style={{ height: `${rows * rowHeight}px` }}>
      {[...drawn.values()].map(({ node }) => node)}
    </ul>
  );
}

interface Drawn<Item> {
  item: Item | undefined;
  look: string;
  node: VNode;
}

/** Which part of the box is in the window, read at most once a frame. */
function useView(box: { current: HTMLElement | null }) {
  const [view, setView] = useState({ top: 0, height: innerHeight, width: 0 });
  useLayoutEffect(() => {
    let frame = 0;
    const read = () => {
      frame = 0;
      const place = box.current?.getBoundingClientRect();
      if (place) setView({ top: Math.max(0, -place.top), height: innerHeight, width: place.width });
    };
    const ask = () => (frame ||= requestAnimationFrame(read));
    read();
    const observer = new ResizeObserver(ask);
    observer.observe(box.current!);
    addEventListener("scroll", ask, { passive: true });
    addEventListener("resize", ask);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      removeEventListener("scroll", ask);
      removeEventListener("resize", ask);
    };
  }, []);
  return view;
}
