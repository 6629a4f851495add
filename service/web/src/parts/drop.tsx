// A place to drop a picture on, or to choose one by hand or keyboard.
import { useRef, useState } from "preact/hooks";
import { t } from "../words/index.ts";

export function Drop({ onPicture, isBusy, label }: { onPicture: (picture: File) => void; isBusy: boolean; label: string }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null | undefined) => {
    const picture = files?.[0];
    if (picture && !isBusy) onPicture(picture);
  };
  return (
    <label
      class={`drop ${isOver ? "over" : ""}`}
      onDragOver={(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer?.files); }}
    >
      <svg viewBox="0 0 48 40" aria-hidden="true"><rect x="4" y="4" width="40" height="32" rx="4" /><circle cx="16" cy="15" r="3.5" /><path d="m6 32 12-11 8 7 7-6 9 8" /></svg>
      <span class="drop-label">{label}</span>
      <span class="soft">{t("drop.kinds")}</span>
      <input ref={input} type="file" class="unseen" accept="image/png,image/jpeg,image/webp" disabled={isBusy}
        onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = ""; }} />
    </label>
  );
}
