#include "wiki/call.h"

static lk_piece value_of(const lk_wiki_call *call, size_t index) {
  const lk_wiki_argument *argument = &call->arguments[index];
  size_t from = argument->value ? argument->value : argument->from;
  size_t end = index + 1 < call->count ? call->arguments[index + 1].from : call->end;
  assert(from <= end && end <= call->end);
  return lk_piece_trim((lk_piece){call->bytes + from, end - from});
}

static lk_piece name_of(const lk_wiki_call *call, size_t index) {
  const lk_wiki_argument *argument = &call->arguments[index];
  if (!argument->value) return (lk_piece){call->bytes, 0};
  assert(argument->value > argument->from);
  return lk_piece_trim(
      (lk_piece){call->bytes + argument->from, argument->value - 1 - argument->from});
}

lk_piece lk_call_named(const lk_wiki_call *call, lk_piece name) {
  for (size_t i = call->count; i-- > 0;) {
    lk_piece found = name_of(call, i);
    if (found.size && found.size == name.size && !memcmp(found.at, name.at, name.size))
      return value_of(call, i);
  }
  return (lk_piece){call->bytes, 0};
}

lk_piece lk_call_numbered(const lk_wiki_call *call, int number) {
  char name = (char)('0' + number);
  assert(number > 0);
  if (number < 10) {
    lk_piece named = lk_call_named(call, (lk_piece){&name, 1});
    if (named.size) return named;
  }
  for (size_t i = 0; i < call->count; i++)
    if (!call->arguments[i].value && !--number) return value_of(call, i);
  return (lk_piece){call->bytes, 0};
}

lk_piece lk_call_first(const lk_wiki_call *call, lk_piece names) {
  while (names.size) {
    const char *comma = memchr(names.at, ',', names.size);
    size_t size = comma ? (size_t)(comma - names.at) : names.size;
    int number = size == 1 && lk_is_digit(*names.at) ? *names.at - '0' : 0;
    lk_piece found = number ? lk_call_numbered(call, number)
                            : lk_call_named(call, (lk_piece){names.at, size});
    if (found.size) return found;
    size += comma != NULL;
    names.at += size, names.size -= size;
  }
  return (lk_piece){call->bytes, 0};
}

lk_status lk_call_put(lk_wiki_call *call, lk_piece text) {
  if (text.size > call->most - call->to->size) {
    call->parser->counts->too_long++;
    return LK_OK;
  }
  return lk_wiki_append(call->to, text.at, text.size);
}

lk_status lk_call_put_text(lk_wiki_call *call, const char *text) {
  return lk_call_put(call, lk_piece_of(text));
}
