"""Writes what recall.sh asks a model of each person: a birth place, in several forms.

forms.tsv has the lines for `lockstep evaluate --masks`, forms.txt the form of each. Files that
would not change stay as they are: answers that are newer than their questions hold.
"""

import argparse
from pathlib import Path

from people import BORN, documents_of, name_in, read_questions, whole
from report import fail, read_lines, write_text

MASK = "\u2047"

FORMS = {
    "document": "the person's document, the place cut out of it: `before ⁇ behind`",
    "words": "its words without the place, the name in front, as a question",
    "beginning": "the document up to the place: `before ⁇`",
    "born": "`NAME. was born in ⁇`",
    "asked": "`NAME was born in`, as a question",
    "question": "the question of finetuning"}

OTHERS = ("What is the birthplace of {}?", "Where does {} come from?",
          "What place was {} born in?")


def find(name, place, documents, reach):
    """(document, start, end) of the place behind the title of the first document of that name
    that says it where an example can show it, or None. What is longer ends between words."""
    for document in documents_of(name, documents):
        title = len(name) if document.startswith(name) else 0
        found = whole(place).search(document, title)
        if found and found.end() <= reach:
            blank = max(document.rfind(" ", 0, reach), found.end())
            shown = document if len(document) <= reach else document[:blank]
            return shown, *found.span()
    return None


def forms_of(name, question, document, start, end):
    """(form, question) pairs."""
    before, behind = document[:start], document[end:]
    words = before.removeprefix(f"{name}. ").split() + behind.split()
    texts = (f"{before}{MASK}{behind}", " ".join([name, *words]), f"{before}{MASK}",
             f"{name}. was born in {MASK}", f"{name} was born in", question)
    others = [(f"other {i}", other.format(name)) for i, other in enumerate(OTHERS, 1)]
    return [*zip(FORMS, texts), *others]


def ask(arguments, documents):
    """(form, question, answer) of all people whose place every form can ask for."""
    asked = []
    for question, place in read_questions(arguments.held):
        name = name_in(question, BORN)
        found = find(name, place, documents, 7 * arguments.block // 8)
        forms = forms_of(name, question, *found) if found else []
        if all(len(text) + len(place) + 2 <= arguments.block for _, text in forms):
            asked += [(form, text, place) for form, text in forms]
    return asked


def write(path, lines):
    text = "".join(f"{line}\n" for line in lines)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--held", type=Path, required=True, help="questions not trained on")
    parser.add_argument("--block", type=int, required=True, help="that of the models")
    parser.add_argument("--out", type=Path, required=True, help="the folder")
    parser.add_argument("--also", type=Path, action="append", default=[], help="more questions")
    arguments = parser.parse_args()
    asked = ask(arguments, [line for line in read_lines(arguments.corpus) if "\t" not in line])
    if not asked:
        fail(65, f"{arguments.held}: no person has a document in {arguments.corpus} that says "
             f"the place within {7 * arguments.block // 8} characters; choose others")
    for path in arguments.also:
        if path.stem in {form for form, _, _ in asked}:
            fail(64, f"{path}: another form has this name; rename the file")
        asked += [(path.stem, *pair) for pair in read_questions(path)]
    write(arguments.out / "forms.tsv", [f"{text}\t{answer}" for _, text, answer in asked])
    write(arguments.out / "forms.txt", [form for form, _, _ in asked])


if __name__ == "__main__":
    main()
