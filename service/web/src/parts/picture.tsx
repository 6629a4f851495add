// A picture that the service draws. It may be busy drawing others: then it is asked again a little later.
import { useEffect, useState } from "preact/hooks";
import { t } from "../words/index.ts";

const TRIES = 5;
const PAUSE_MS = 600;
const GLANCE_MS = 120;

interface Props {
  src: string | null;
  alt: string;
  missing?: string;
  /** Ask for it only once it has been in view for a moment: what flies past while scrolling is not drawn. */
  atRest?: boolean;
}

export function Picture({ src, alt, missing, atRest = false }: Props) {
  const [isWanted, setWanted] = useState(!atRest);
  const [attempt, setAttempt] = useState(0);
  const [isFailed, setFailed] = useState(false);
  useEffect(() => {
    setAttempt(0);
    setFailed(false);
  }, [src]);
  useEffect(() => {
    if (isWanted) return;
    const timer = setTimeout(() => setWanted(true), GLANCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isWanted) return null;
  if (src === null || isFailed) return <span class="no-picture">{missing ?? t("picture.private")}</span>;
  const again = () => {
    if (attempt + 1 >= TRIES) setFailed(true);
    else setTimeout(() => setAttempt((count) => count + 1), PAUSE_MS * 2 ** attempt);
  };
  return <img key={attempt} src={attempt ? `${src}?try=${attempt}` : src} alt={alt} loading="lazy" decoding="async" onError={again} />;
}
