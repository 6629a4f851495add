"""The best and the worst cases of each suite as a page: the picture, who is in it, and who was paid."""

import base64
import html

from tests.bench.attribution.clipart import HOME
from tests.bench.attribution.scores import NOTHING, WHOLE, distance

OF_EACH = 4
STYLE = (
    "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}figure{display:inline-block;margin:.5rem;"
    "vertical-align:top;width:16rem}img{width:100%;height:12rem;object-fit:contain;border:1px solid #8884}.works img{width:4rem;height:4rem}"
)


def write(trials, found, works):
    """Writes the page and returns its path."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>Attribution, best and worst</title>",
        f"<style>{STYLE}</style>",
    ]
    by_suite = {}
    for trial, (truth, answers) in zip(trials, found, strict=True):
        paid = answers["creditline"].paid
        by_suite.setdefault(trial.suite, []).append((distance(truth, paid), trial, truth, paid))
    for suite, cases in by_suite.items():
        cases.sort(key=lambda case: case[0])
        for title, chosen in (("worst", cases[::-1][:OF_EACH]), ("best", cases[:OF_EACH])):
            parts.append(f"<h2>{html.escape(suite)}: the {title}</h2>")
            parts += [_figure(*case, works) for case in chosen]
    path = HOME / "attribution.html"
    path.write_text("\n".join(parts))
    return path


def _figure(far, trial, truth, paid, works):
    shown = [
        name
        for name in dict.fromkeys((*truth, *paid))
        if name != NOTHING and max(truth.get(name, 0), paid.get(name, 0)) > 0
    ]
    shown.sort(key=lambda name: -max(truth.get(name, 0), paid.get(name, 0)))
    lines = "".join(
        f"<li>{_image(works[name])} {html.escape(name)}: {_percent(truth.get(name, 0))} is, {_percent(paid.get(name, 0))} paid</li>"
        for name in shown[:6]
    )
    return f"<figure>{_image(trial.make().png)}<figcaption>off by {far:.2f}<ul class=works>{lines}</ul></figcaption></figure>"


def _image(png):
    return f'<img alt="" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def _percent(part):
    return f"{100 * part / WHOLE:.1f} %"
