"""What every benchmark ends with: a table for people, and one line of JSON for machines."""

import json


def close(name, figures, goals):
    """Print the line of JSON. `goals` are upper bounds by figure. True where none is missed."""
    missed = [figure for figure, goal in goals.items() if figures[figure] > goal]
    print(json.dumps({"bench": name, "figures": figures, "goals": goals, "missed": missed}))
    return not missed


def table(head, rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)))
    print()
