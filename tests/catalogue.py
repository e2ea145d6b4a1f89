# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of languages read: gettext's catalogues, as text."""
import ast
import re

ENTRY = re.compile(r'^msgid ((?:".*"\s*)+)^msgstr ((?:".*"\s*)+)', re.MULTILINE)


def translations(text):
    """The pairs (message, translation) of a catalogue, but for those with a plural."""
    for match in ENTRY.finditer(text):
        yield tuple("".join(ast.literal_eval(part) for part in re.findall(r'".*"', group))
                    for group in match.groups())
