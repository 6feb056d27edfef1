/* {{music|flat}}: signs of notes. */
#include "wiki/call.h"

lk_status lk_call_music(lk_wiki_call *call) {
  static const struct {
    const char *sign, *names;
  } signs[] = {{"♭", "flat b ♭"},
               {"♯", "sharp # ♯"},
               {"♮", "natural n ♮"},
               {"𝄫", "doubleflat bb 𝄫"},
               {"𝄪", "doublesharp ## x 𝄪"}};
  char name[16] = "";
  lk_piece given = lk_call_numbered(call, 1);
  if (given.size < sizeof name) memcpy(name, given.at, given.size);
  for (size_t i = 0; *name && i < sizeof signs / sizeof *signs; i++)
    if (lk_word_is_among(name, signs[i].names))
      return lk_call_put_text(call, signs[i].sign);
  if (!strcmp(name, "time")) return lk_call_render(call, "$2[/$3]");
  return given.size && lk_is_digit(*given.at) ? lk_call_put(call, given) : LK_OK;
}
