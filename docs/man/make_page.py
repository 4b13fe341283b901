#!/usr/bin/env python3
"""Makes a page of the manual of a page of the documentation: Markdown in, scdoc's form out.

make_page.py NAME SECTION SUMMARY FILE.md: prints it. Knows headings, paragraphs, tables (whose rows become
entries), lists and blocks of code, which is what the documentation is made of.
"""

import re
import sys

SPECIAL = str.maketrans({letter: "\\" + letter for letter in "\\*_`"})
CODE = re.compile(r"`([^`]*)`")
INLINE = re.compile(r"`([^`]*)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\([^)]*\)")


def plain(text):
    """A text in which nothing means anything to scdoc."""
    return text.translate(SPECIAL)


def inline(text):
    """Code and emphasis become bold, links their words."""
    parts, end = [], 0
    for found in INLINE.finditer(text):
        parts.append(plain(text[end : found.start()]))
        code, bold, link = found.groups()
        if link is not None:
            parts.append(inline(link))
        else:
            parts.append(f"*{plain(code if code is not None else bold)}*")
        end = found.end()
    parts.append(plain(text[end:]))
    return "".join(parts)


def at_a_begin(text):
    """The same at the beginning of a line, where more letters mean something."""
    return "\\" + text if text[:1] in tuple("#[]|-.;") else text


def cells(row):
    """Of a row of a table; a bar inside of code is none between cells."""
    hidden = CODE.sub(lambda code: code.group().replace("|", "\0"), row.strip().strip("|"))
    return [cell.strip().replace("\0", "|") for cell in hidden.replace("\\|", "\0").split("|")]


def table(rows):
    """Each row an entry: the first cell, and below it the others."""
    for row in rows[2:]:
        first, *others = cells(row)
        words = "; ".join(inline(cell) for cell in others if cell)
        yield f"{at_a_begin(inline(first) or '-')}\n\t{at_a_begin(words) if words else '-'}\n"


def blocks(lines):
    """(kind, lines) of what belongs together: "code", "table", "list", "text", "heading"."""
    kinds = (("table", r"\|"), ("heading", r"#"), ("list", r"\s*(-|\d+\.)\s"))
    kept, kept_kind, code = [], "", None
    for line in lines:
        if code is not None:
            if line.startswith("```"):
                yield "code", code
                code = None
            else:
                code.append(line)
            continue
        kind = next((kind for kind, begin in kinds if re.match(begin, line)), "text")
        goes_on = kept_kind == "list" and line.startswith("  ") and kind == "text"
        if not line.strip() or (kind != kept_kind and not goes_on) or kind == "heading" or line.startswith("```"):
            if kept:
                yield kept_kind, kept
            kept = []
        if line.startswith("```"):
            code = []
        elif line.strip():
            kept_kind = kept_kind if kept and goes_on else kind
            kept.append(line)
    if kept:
        yield kept_kind, kept


def items(lines):
    """Of a list, each on a line of its own."""
    whole = []
    for line in lines:
        if re.match(r"\s*(-|\d+\.)\s", line):
            whole.append(re.sub(r"^\s*(-|\d+\.)\s+", "", line))
        else:
            whole[-1] += " " + line.strip()
    return "".join(f"- {inline(item)}\n" for item in whole)


def page(name, section, summary, markdown):
    """The whole page; the title of the Markdown is left out."""
    parts = [f"{name}({section})\n", "# NAME\n", f"{name} - {summary}\n", "# DESCRIPTION\n"]
    for kind, lines in blocks(markdown.splitlines()):
        if kind == "code":
            parts.append("```\n" + "\n".join(lines) + "\n```\n")
        elif kind == "table":
            parts.extend(table(lines))
        elif kind == "list":
            parts.append(items(lines))
        elif kind == "heading":
            depth, title = re.match(r"(#+)\s*(.*)", lines[0]).groups()
            if len(depth) > 1:
                text = plain(title.replace("`", ""))
                parts.append(f"# {text.upper()}\n" if len(depth) == 2 else f"## {text}\n")
        else:
            parts.append(at_a_begin(inline(" ".join(line.strip() for line in lines))) + "\n")
    return "\n".join(parts)


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    name, section, summary, file = sys.argv[1:]
    with open(file, encoding="utf-8") as markdown:
        sys.stdout.write(page(name, section, summary, markdown.read()))


if __name__ == "__main__":
    main()
