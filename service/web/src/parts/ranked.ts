// A report's works as people read them: by descending share, lettered from A. Money goes by ascending id instead.
import type { Finding, Report } from "../service/answers.ts";

export interface Ranked {
  finding: Finding;
  /** Position by share: the letter. */
  place: number;
  /** Position by id, in which shares are cut. */
  index: number;
}

export function ranked(report: Report): Ranked[] {
  const byId = report.works.map((finding, index) => ({ finding, index }));
  byId.sort((one, other) => other.finding.share - one.finding.share || one.index - other.index);
  return byId.map((each, place) => ({ ...each, place }));
}
