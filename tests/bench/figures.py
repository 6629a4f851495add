"""What every benchmark ends with: a table for people, and one line of JSON for machines."""

import json


def close(name, figures, at_most, at_least=None):
    """Print the line of JSON. Goals are upper bounds by figure, and lower ones. True where none is missed."""
    at_least = at_least or {}
    missed = [figure for figure, goal in at_most.items() if figures[figure] > goal]
    missed += [figure for figure, goal in at_least.items() if figures[figure] < goal]
    print(json.dumps({"bench": name, "figures": figures, "goals": {**at_most, **at_least}, "missed": missed}))
    return not missed


def table(head, rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)))
    print()
