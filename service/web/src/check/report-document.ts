// A report, and its shares computed again from the evidence in it: attribution/report.py and attribution/shares.py.
import type { Report } from "../service/answers.ts";
import { decodeText, encode, type Json } from "../lib/canonical.ts";
import { Wrong, require } from "./step.ts";

export const REPORT_BYTES_MAX = 200 * 1024;
const WHOLE = 1_000_000;
const FULL_SUPPORT = 1000;
const WORKS_MAX = 12;
const CELLS_MAX = 1024;

/** Throws `Wrong` for what is no report, to the letter, or whose parts are no whole. */
export function readReport(bytes: Uint8Array): Report {
  let report: Report;
  try {
    const text = decodeText(bytes);
    report = JSON.parse(text) as Report;
    require(encode(report as unknown as Json) === text, "check.fault.report", { field: "$" });
  } catch (error) {
    if (error instanceof Wrong) throw error;
    throw new Wrong("check.fault.report", { field: "$" });
  }
  checkFields(report);
  const sum = report.works.reduce((all, { share }) => all + share, report.unattributed);
  require(sum === WHOLE, "check.fault.reportSum", { sum });
  return report;
}

function checkFields(report: Report): void {
  const sound = (holds: boolean, field: string) => require(holds, "check.fault.report", { field });
  sound((report as { type?: string } | null)?.type === "creditline/report/1", "type");
  const { picture, grid, works } = report;
  sound(isHash(picture?.content_hash) && isCount(picture.width, 2 ** 20) && isCount(picture.height, 2 ** 20), "picture");
  sound(isHash(report.model) && isHash(report.policy), "model");
  sound(Array.isArray(report.datasets) && report.datasets.every(isHash), "datasets");
  const cells = (grid?.columns ?? 0) * (grid?.rows ?? 0);
  sound(isCount(cells, CELLS_MAX) && cells > 0 && isCounts(grid.saliency, cells, WHOLE) && total(grid.saliency) === WHOLE, "grid");
  sound(Array.isArray(works) && works.length <= WORKS_MAX, "works");
  works.forEach((each, at) => {
    sound(isHash(each?.work) && (at === 0 || works[at - 1]!.work < each.work), `works[${at}].work`);
    sound(report.datasets.includes(each.dataset) && isCount(each.index, Number.MAX_SAFE_INTEGER), `works[${at}].dataset`);
    sound(isCount(each.share, WHOLE) && each.share > 0, `works[${at}].share`);
    sound(isCounts(each.support, cells, FULL_SUPPORT), `works[${at}].support`);
  });
  sound(isCount(report.unattributed, WHOLE), "unattributed");
}

/** Throws `Wrong` unless every share follows from the evidence. */
export function checkShares(report: Report): void {
  const due = split(report.grid.saliency, report.works.map(({ support }) => support));
  report.works.forEach(({ work, share }, at) => require(share === due.shares[at], "check.fault.share", { work, said: share, due: due.shares[at]! }));
  require(report.unattributed === due.unattributed, "check.fault.unattributed", { said: report.unattributed, due: due.unattributed });
}

/**
 * The exact Shapley split, in parts per million: works in order of their ids, and what nobody explains. All numbers stay
 * below 1,000,000 * 1,000 * 27,720 and so are exact.
 */
export function split(saliency: readonly number[], supports: readonly (readonly number[])[]): { shares: number[]; unattributed: number } {
  const steps = supports.length ? leastCommonMultiple(supports.length) : 1;
  const exact = supports.map(() => 0);
  saliency.forEach((worth, cell) => {
    const ladder = supports.map((support, work) => [support[cell]!, work] as const).filter(([height]) => height > 0);
    ladder.sort(([one, a], [other, b]) => one - other || a - b);
    let [reached, value] = [0, 0];
    ladder.forEach(([height, work], position) => {
      value += (height - reached) * (steps / (ladder.length - position));
      reached = height;
      exact[work]! += worth * value;
    });
  });
  const unit = FULL_SUPPORT * steps;
  const values = [...exact, WHOLE * unit - total(exact)];
  const floors = values.map((value) => Math.floor(value / unit));
  const byRemainder = values.map((value, place) => [value % unit, place] as const).sort(([one, a], [other, b]) => other - one || a - b);
  for (const [, place] of byRemainder.slice(0, WHOLE - total(floors))) floors[place]! += 1;
  return { shares: floors.slice(0, -1), unattributed: floors.at(-1)! };
}

function leastCommonMultiple(count: number): number {
  const divisor = (a: number, b: number): number => (b ? divisor(b, a % b) : a);
  let multiple = 1;
  for (let each = 2; each <= count; each++) multiple = (multiple / divisor(multiple, each)) * each;
  return multiple;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
const isHash = (value: unknown): boolean => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
const isCount = (value: unknown, most: number): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
const isCounts = (value: unknown, length: number, most: number): boolean =>
  Array.isArray(value) && value.length === length && value.every((each) => isCount(each, most));
