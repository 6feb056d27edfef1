"""usage: letters.py VOCABULARY TOKENS > TEXT: lines of 512 tokens, their ends among them, of so many ids."""

import sys

vocabulary, tokens = (int(argument) for argument in sys.argv[1:])
LINE = 512
FIRST = 0x4E00  # letters, and none that others compose
letters = [chr(code) for code in range(FIRST, FIRST + 2 * vocabulary) if not 0xD800 <= code < 0xE000]
letters = letters[:vocabulary - 3]  # pad, mask and newline are the others
for start in range(0, tokens, LINE):
    print("".join(letters[i * 7 % len(letters)] for i in range(start, start + LINE - 1)))
