"""Pages of the manual that are made of the documentation's."""

import importlib.util
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("make_page", ROOT / "docs/man/make_page.py")
make_page = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_page)


def page(markdown):
    return make_page.page("x.toml", "5", "what x is", markdown)


class Pages(unittest.TestCase):
    def test_begin_with_their_name(self):
        self.assertTrue(page("# Title\n").startswith("x.toml(5)\n\n# NAME\n\nx.toml - what x is\n"))
        self.assertNotIn("Title", page("# Title\n"))

    def test_have_rows_of_tables_as_entries(self):
        text = page("| key | default | |\n|---|---|---|\n| `a_b` | `1` | what [it](x.md) **is** |\n")
        self.assertIn("*a\\_b*\n\t*1*; what it *is*\n", text)
        self.assertNotIn("---", text)

    def test_have_code_as_it_is(self):
        self.assertIn("```\na = [1] # *b*\n```\n", page("```toml\na = [1] # *b*\n```\n"))

    def test_have_headings_one_level_up(self):
        self.assertIn("\n# PLACES OF X\n", page("## Places of `x`\n"))
        self.assertIn("\n## Threads", page("### Threads\n"))

    def test_say_nothing_to_the_program_that_makes_them(self):
        self.assertIn("\n\\. a\\_b \\* c\n", page(". a_b * c\n"))

    def test_are_made_of_all_that_the_documentation_has(self):
        for name in ("samovard.toml.md", "models.md"):
            text = page((ROOT / "docs" / name).read_text(encoding="utf-8"))
            self.assertGreater(text.count("\n# "), 3)
            self.assertNotIn("|---|", text)


if __name__ == "__main__":
    unittest.main()
