"""Functions, statements and brackets of generated C++ code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FUNCTION = re.compile(
    r"(__global__\s+)?\b(?:void|int|bool|float|double)\s+(?:__launch_bounds__\([^)]*\)\s*)?(?:\w+::)?(\w+)\s*"
    r"\(([^;{}()]*)\)\s*\{"
)


@dataclass(frozen=True)
class Function:
    """A function of the program, without comments."""

    name: str
    parameters: str
    body: str
    is_kernel: bool


def functions(text: str) -> dict[str, Function]:
    """All functions defined in `text` by name."""
    text = re.sub(r'//[^\n]*|/\*.*?\*/|^\s*#[^\n]*|"(?:\\.|[^"\\\n])*"', "", text, flags=re.S | re.M)
    found = {}
    for match in _FUNCTION.finditer(text):
        end, depth = match.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        body = text[match.end() : end - 1]
        found[match[2]] = Function(match[2], match[3], body, bool(match[1]))
    return found


def statements(body: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The statements of `body`, each with the conditions (and heads of loops) around it, outermost first."""
    chain: list[list[str]] = []
    before_else: list[list[str]] = [[]]
    start = depth = 0
    for position, char in enumerate(body):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if depth or char not in ";{}":
            continue
        piece = " ".join(body[start:position].split())
        start = position + 1
        if char == "{":
            head = re.fullmatch(r"(else)?\s*(?:if\s*\((.*)\))?", piece)
            condition = [head[2]] if head and head[2] else [] if head else [piece]
            refused = before_else[-1] if head and head[1] else []
            before_else[-1] = refused + [f"not {c}" for c in condition]
            chain.append(refused + condition)
            before_else.append([])
            continue
        if piece:
            yield piece, tuple(c for level in chain for c in level)
        if char == "}":
            chain.pop()
            before_else.pop()


def closing(text: str, opening: int) -> int:
    """Position after the bracket that closes the one at `opening`."""
    depth = 0
    for position in range(opening, len(text)):
        depth += {"[": 1, "]": -1}.get(text[position], 0)
        if not depth:
            return position + 1
    raise ValueError(f"unbalanced: {text}")
