// Light or dark: as the system is, until the visitor chooses.
export type Theme = "auto" | "light" | "dark";

const KEPT = "creditline.theme";
const isDark = matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEPT, theme);
  apply();
}

function apply(): void {
  const theme = currentTheme();
  document.documentElement.dataset.theme = theme === "auto" ? (isDark.matches ? "dark" : "light") : theme;
}

isDark.addEventListener("change", apply);
apply();
