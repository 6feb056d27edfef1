"""usage: letters.py VOCABULARY TOKENS > TEXT: lines of 512 tokens, their ends among them, of so many ids."""

import sys

vocabulary, tokens = (int(argument) for argument in sys.argv[1:])
LINE = 512
LETTERS = [*range(0x4E00, 0xA000), *range(0x20000, 0x2A6E0)]  # none of which others compose
letters = [chr(code) for code in LETTERS[:vocabulary - 3]]  # pad, mask and newline are the others
for start in range(0, tokens, LINE):
    print("".join(letters[i * 7 % len(letters)] for i in range(start, start + LINE - 1)))
