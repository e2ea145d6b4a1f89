#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual is whole in each of its languages, and names what is in the window as the window does.

    help.py SOURCE-FOLDER GIMP-LOCALE-FOLDER

What <b> marks is a label of the dialog or of GIMP, or a path of those in the menus."""
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

from catalogue import translations

root, gimp_locale = sys.argv[1:]
manual = os.path.join(root, "plugin", "help")

INLINE = ("b", "strong", "code", "kbd")


def read(*path):
    with open(os.path.join(root, *path), encoding="utf-8") as file:
        return file.read()


class Page(HTMLParser):
    """The labels of every section, and all that is the same in every language."""

    def __init__(self, text):
        super().__init__()
        self.frame = []
        self.section = ""
        self.labels = {}
        self.code = {}
        self.text = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.text = ""
        if tag not in INLINE and tag != "html":
            self.frame.append((tag, attrs))
        if tag == "h2":
            self.section = dict(attrs)["id"]

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "b":
            path = " ".join(self.text.split()).split(" > ")
            self.labels.setdefault(self.section, set()).update(path)
        elif tag == "code":
            self.code.setdefault(self.section, set()).add(self.text)
        self.text = None


def bare(label):
    """As it is read on the screen."""
    label = re.sub(r"\(_\w\)", "", label).replace("_", "")
    return re.sub(r" ?(…|\.\.\.|[:：])$", "", " ".join(label.split()))


def catalogues(language):
    """Ours and GIMP's, as text; None without GIMP's."""
    texts = [read("po", f"{language}.po")]
    for name in ("gimp20", "gimp20-std-plug-ins"):
        path = os.path.join(gimp_locale, language, "LC_MESSAGES", f"{name}.mo")
        if not os.path.exists(path) or shutil.which("msgunfmt") is None:
            return None
        texts.append(subprocess.run(["msgunfmt", path], check=True, stdout=subprocess.PIPE,
                                    encoding="utf-8").stdout)
    return texts


def names(texts):
    """What each label is called; the dialog's own words come before GIMP's."""
    found = {}
    for text in texts:
        more = {}
        for source, target in translations(text):
            more.setdefault(bare(source), set()).add(bare(target))
        found = {**more, **found}
    return found


def differences(language, page, english):
    if page.frame != english.frame:
        here, there = next((a, b) for a, b in zip(page.frame + [None], english.frame + [None])
                           if a != b)
        yield f"{language}: {here} is where the English manual has {there}"
    if page.code != english.code:
        yield f"{language}: the code in it is not that of the English manual"
    if read("plugin", "help", language, "gimp-help.xml") != \
       read("plugin", "help", "en", "gimp-help.xml"):
        yield f"{language}: gimp-help.xml is not that of the English manual"


def unknown_labels(english, known):
    for section, labels in english.labels.items():
        for label in sorted(labels.difference(*known)):
            yield f"en, {section}: nothing is called \"{label}\""


def wrong_labels(language, page, english, known):
    """What a language has no word for is in English in the window too."""
    for section, labels in english.labels.items():
        here = page.labels.get(section, set())
        wanted = {label: known.get(label, {label}) for label in sorted(labels)}
        for label, called in wanted.items():
            if not called & here:
                yield f"{language}, {section}: \"{label}\" is called {' or '.join(sorted(called))}"
        for label in sorted(here.difference(*wanted.values())):
            yield f"{language}, {section}: the English manual does not name \"{label}\""


def main():
    languages = sorted(set(os.listdir(manual)) - {"en"})
    odd = set(languages) ^ set(read("po", "LINGUAS").split())
    assert not odd, f"of manual and dialog, only one is in {odd}"
    english = Page(read("plugin", "help", "en", "index.html"))
    assert len(english.labels) > 5, "the English manual has lost its labels"

    found, known = [], {}
    for language in languages:
        page = Page(read("plugin", "help", language, "index.html"))
        found += differences(language, page, english)
        texts = catalogues(language)
        if texts is None:
            print(f"skipped labels: msgunfmt or GIMP's translation to {language} is not installed")
        else:
            known[language] = names(texts)
            found += wrong_labels(language, page, english, known[language])
    if known:
        found += unknown_labels(english, known.values())

    print("\n".join(found))
    sys.exit(1 if found else 77 if len(known) < len(languages) else 0)


main()
