#!/usr/bin/env python3
"""Makes questions beyond birth places of what the documents of a corpus say.

Writes died.tsv, “Where did X die?”, and was.tsv, “What was X?”, to the folder: people whose
documents begin with their names and say it in a form that is sure enough to be taken from them.
Which of them are chosen depends on their names and the seed alone.
"""

import argparse
import hashlib
import re
from pathlib import Path

from report import fail, make_folder, read_lines, write_text

MONTH = ("(?:January|February|March|April|May|June|July|August|September|October|November"
         "|December)")
DATE = rf"(?:\d{{1,2}} {MONTH},? |{MONTH} \d{{1,2}},? |{MONTH},? )?\d{{3,4}}"
CAPITAL = r"[A-ZÀ-ÖØ-ÞČŁŚŠŻŽ]"
PLACE = (rf"((?!{MONTH}\b){CAPITAL}[\w'’-]*(?: (?:(?:am|de|la|of|on|the|upon) )*"
         rf"{CAPITAL}[\w'’-]*)*)")
DIED = [re.compile(rf"\bdied (?:(?:on )?{DATE},? )?(?:at|in) {PLACE}"),
        re.compile(rf"\([^()]*\d[^()]*[-–] ?(?:d\.? ?)?{DATE},? (?:at |in )?{PLACE}")]
WAS = re.compile(r"(?:\)|,|\w) was an? ([\w'’&-]+(?: [\w'’&-]+){0,3}?)"
                 r"(?=[,;]| \.| (?:and|at|born|during|for|from|in|on|that|who|whose|with)\b)")
KIN = re.compile(r"\b(?:brother|cousin|daughter|member|nephew|sister|son|wife|widow)\b")


def person(document):
    """(name, text behind it): the title, where the text goes on with a word of it; or None."""
    title = re.match(r"([^%.]*?[^%.\s]{3})\. (.*)", document)
    if title and title[2].split(" ")[0].strip(",") in title[1].split(" "):
        return title[1], title[2]
    return None


def died(name, text):
    found = [match for match in (pattern.search(text) for pattern in DIED) if match]
    return found[0][1] if found and found[0][1] not in name else None


def was(name, text):
    """What stands behind the first “was”, if that is said of the person."""
    found = WAS.search(text)
    if not found or KIN.search(found[1]):
        return None
    words = text[:found.start() + 1].split(" ")
    return found[1] if words[-1][-1] in ")," or words[-1] in name.split(" ") else None


def choose(pairs, number, seed):
    """So many of the pairs, by their names' hashes, in their order."""
    def rank(pair):
        return hashlib.sha256(f"{seed}\t{pair[0]}".encode()).hexdigest()
    chosen = set(sorted(pairs, key=rank)[:number])
    return [pair for pair in pairs if pair in chosen]


def make(arguments, people, form, answer_of, path):
    pairs = [(name, answer) for name, text in people if (answer := answer_of(name, text))]
    chosen = choose(pairs, arguments.number, arguments.seed)
    if not chosen:
        fail(65, f"{arguments.corpus}: nobody to ask “{form.format('X')}” about")
    write_text(path, "".join(f"{form.format(name)}\t{answer}\n" for name, answer in chosen))
    print(f"{path}: {len(chosen)} of the {len(pairs)} that could be made, seed {arguments.seed}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.error = lambda message: fail(64, f"{message}; see --help")
    parser.add_argument("corpus", metavar="WIKI", type=Path, help="the corpus, a document a line")
    parser.add_argument("out", metavar="FOLDER", type=Path, help="where the files go")
    parser.add_argument("--number", metavar="N", type=int, default=100,
                        help="of people in each file at most (%(default)s)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="(%(default)s)")
    arguments = parser.parse_args()
    people = [found for found in map(person, read_lines(arguments.corpus)) if found]
    make_folder(arguments.out)
    make(arguments, people, "Where did {} die?", died, arguments.out / "died.tsv")
    make(arguments, people, "What was {}?", was, arguments.out / "was.tsv")


if __name__ == "__main__":
    main()
