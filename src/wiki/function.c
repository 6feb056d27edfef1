/* MediaWiki's parser functions, as far as what they ask is there: constants. */
#include "wiki/call.h"
#include "wiki/expression.h"
#include <stdio.h>

/* An argument with its name, if it seems to have one. */
static lk_piece whole(const lk_wiki_call *call, size_t index) {
  assert(call->end >= (call->count ? call->arguments[0].from : 0));
  if (index >= call->count) return (lk_piece){call->bytes, 0};
  size_t from = call->arguments[index].from;
  size_t end = index + 1 < call->count ? call->arguments[index + 1].from : call->end;
  return lk_piece_trim((lk_piece){call->bytes + from, end - from});
}

static int equal(lk_piece one, lk_piece other) {
  enum { LONGEST = 40 }; /* of a number */
  double a, b;
  if (one.size == other.size && !memcmp(one.at, other.at, one.size)) return 1;
  if (one.size > LONGEST || other.size > LONGEST) return 0;
  return lk_wiki_expression(one, &a) && lk_wiki_expression(other, &b) && a == b;
}

/* {{#if: test | then | else}} */
lk_status lk_call_if(lk_wiki_call *call) {
  return lk_call_put(call, whole(call, whole(call, 0).size ? 1 : 2));
}

/* {{#ifeq: a | b | then | else}} */
lk_status lk_call_if_equal(lk_wiki_call *call) {
  return lk_call_put(call, whole(call, equal(whole(call, 0), whole(call, 1)) ? 2 : 3));
}

/* {{#ifexpr: expression | then | else}} */
lk_status lk_call_if_expression(lk_wiki_call *call) {
  double value;
  if (!lk_wiki_expression(whole(call, 0), &value)) return LK_OK;
  return lk_call_put(call, whole(call, value ? 1 : 2));
}

/* {{#expr: 2 * (3 + 4)}} */
lk_status lk_call_expression(lk_wiki_call *call) {
  double value;
  char text[40];
  if (!lk_wiki_expression(whole(call, 0), &value)) return LK_OK;
  snprintf(text, sizeof text, "%.14g", value);
  return lk_call_put_text(call, text);
}

/* {{#switch: a | b | a = this | #default = that}}: a case without a value has the one of
 * the next; the last without a name is for all others. */
lk_status lk_call_switch(lk_wiki_call *call) {
  lk_piece asked = whole(call, 0), other = {call->bytes, 0};
  int found = 0;
  for (size_t i = 1; i < call->count; i++) {
    lk_piece text = whole(call, i), name = text;
    if (call->arguments[i].value) {
      size_t size = call->arguments[i].value - 1 - call->arguments[i].from;
      name = lk_piece_trim((lk_piece){call->bytes + call->arguments[i].from, size});
    }
    found |= equal(name, asked);
    size_t skip = call->arguments[i].value ? call->arguments[i].value : 0;
    if (!skip && i + 1 < call->count) continue;
    size_t end = i + 1 < call->count ? call->arguments[i + 1].from : call->end;
    if (skip) text = lk_piece_trim((lk_piece){call->bytes + skip, end - skip});
    if (found && skip) return lk_call_put(call, text);
    if (!skip || lk_piece_is(name, "#default")) other = text;
  }
  return lk_call_put(call, other);
}

/* {{plural: 2 | one | many}} */
lk_status lk_call_plural(lk_wiki_call *call) {
  return lk_call_put(call,
                     whole(call, lk_piece_is(whole(call, 0), "1") ? 1 : call->count - 1));
}
