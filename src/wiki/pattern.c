#include "wiki/call.h"

static const struct {
  const char *name;
  lk_status (*render)(lk_wiki_call *call);
} built_in[] = {{"convert", lk_call_convert},   {"abbreviated", lk_call_convert_to_symbols},
                {"density", lk_call_density},   {"music", lk_call_music},
                {"ordinal", lk_call_ordinal},   {"century", lk_call_century},
                {"over", lk_call_over},         {"spaced", lk_call_spaced},
                {"date", lk_call_date},         {"dmy", lk_call_date_from_day},
                {"as of", lk_call_as_of},       {"death", lk_call_death},
                {"age", lk_call_age},           {"fraction", lk_call_fraction},
                {"quantity", lk_call_quantity}, {"power", lk_call_power},
                {"items", lk_call_items},       {"number", lk_call_number},
                {"value", lk_call_value},       {"list", lk_call_list},
                {"join", lk_call_join},         {"page", lk_call_page},
                {"fields", lk_call_fields},     {"if", lk_call_if},
                {"ifeq", lk_call_if_equal},     {"ifexpr", lk_call_if_expression},
                {"expr", lk_call_expression},   {"switch", lk_call_switch},
                {"plural", lk_call_plural},     {"flag", lk_call_flag}};

/* An argument as it was written; nothing if it has a name. */
static lk_piece unnamed(const lk_wiki_call *call, size_t index) {
  const lk_wiki_argument *at = &call->arguments[index];
  size_t end = index + 1 < call->count ? at[1].from : call->end;
  return (lk_piece){call->bytes + at->from, at->value ? 0 : end - at->from};
}

/* The arguments without a name. */
static lk_status put_all(lk_wiki_call *call, const char *before, const char *between) {
  int first = 1;
  for (size_t i = 0; i < call->count; i++) {
    lk_piece value = lk_piece_trim(unnamed(call, i));
    if (!value.size) continue;
    LK_TRY(lk_call_put_text(call, first ? before : between));
    LK_TRY(lk_call_put(call, value));
    first = 0;
  }
  return LK_OK;
}

lk_status lk_call_list(lk_wiki_call *call) {
  return put_all(call, "", ", ");
}

/* A line each. */
lk_status lk_call_items(lk_wiki_call *call) {
  LK_TRY(put_all(call, "\n* ", "\n* "));
  return lk_call_put_text(call, "\n");
}

/* With the blanks at their ends. */
lk_status lk_call_join(lk_wiki_call *call) {
  for (size_t i = 0; i < call->count; i++)
    LK_TRY(lk_call_put(call, unnamed(call, i)));
  return LK_OK;
}

/* A blank alone, or between the arguments. */
lk_status lk_call_spaced(lk_wiki_call *call) {
  return call->count ? put_all(call, "", " ") : lk_call_put_text(call, " ");
}

lk_status lk_call_page(lk_wiki_call *call) {
  return lk_call_put_text(call, call->parser->title);
}

/* Infoboxes: "name: value". */
lk_status lk_call_fields(lk_wiki_call *call) {
  if (!call->parser->options.infoboxes) return LK_OK;
  for (size_t i = 0; i < call->count; i++) {
    const lk_wiki_argument *at = &call->arguments[i];
    size_t end = i + 1 < call->count ? at[1].from : call->end;
    if (!at->value) continue;
    lk_piece value = lk_piece_trim((lk_piece){call->bytes + at->value, end - at->value});
    lk_piece name =
        lk_piece_trim((lk_piece){call->bytes + at->from, at->value - 1 - at->from});
    if (!value.size || !name.size) continue;
    LK_TRY(lk_call_put_text(call, "\n"));
    LK_TRY(lk_call_put(call, name));
    LK_TRY(lk_call_put_text(call, ": "));
    LK_TRY(lk_call_put(call, value));
  }
  return lk_call_put_text(call, "\n");
}

/* A country's name beside its flag. */
lk_status lk_call_flag(lk_wiki_call *call) {
  return call->parser->options.flags ? lk_call_put(call, lk_call_numbered(call, 1)) : LK_OK;
}

lk_status lk_call_check(const char *rendering) {
  if (*rendering != '@') return LK_OK;
  for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
    if (!strcmp(built_in[i].name, rendering + 1)) return LK_OK;
  return lk_fail(LK_BAD_DATA, "there is no built-in rendering '%s'", rendering);
}

static lk_status call_built_in(lk_wiki_call *call, const char *name) {
  for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
    if (!strcmp(built_in[i].name, name)) return built_in[i].render(call);
  assert(!"lk_call_check");
  return LK_OK;
}

/* The names behind a $, and how long they are with it; 0: none. */
static size_t reference(const char *at, lk_piece *names) {
  assert(*at == '$');
  *names = (lk_piece){at + 1, 1};
  if (lk_is_digit(at[1])) return 2;
  const char *end = at[1] == '{' ? strchr(at, '}') : NULL;
  if (!end) return 0;
  *names = (lk_piece){at + 2, (size_t)(end - at) - 2};
  return (size_t)(end - at) + 1;
}

static lk_status put_argument(lk_wiki_call *call, lk_piece names) {
  static const char hole = LK_WIKI_HOLE;
  lk_piece value = lk_piece_is(names, "0") ? call->name : lk_call_first(call, names);
  if (value.size) return lk_call_put(call, value);
  call->missing = 1;
  return lk_call_put(call, (lk_piece){&hole, 1});
}

/* One step of a rendering; *option is where the result was before the [. */
static lk_status put_next(lk_wiki_call *call, const char **at, size_t *option) {
  static const char marks[] = {LK_WIKI_LITERAL, LK_WIKI_HOLE};
  lk_piece names;
  const char *c = (*at)++;
  size_t size = *c == '$' ? reference(c, &names) : 0;
  if (size) {
    *at = c + size;
    return put_argument(call, names);
  }
  if (*c == '\\' && c[1]) {
    ++*at;
    LK_TRY(lk_call_put(call, (lk_piece){marks, 1}));
    return lk_call_put(call, (lk_piece){c + 1, 1});
  }
  if (*c == '[') *option = call->to->size, call->missing = 0;
  if (*c == '[' || (*c == ']' && !call->missing)) return LK_OK;
  if (*c != ']') return lk_call_put(call, (lk_piece){c, 1});
  call->to->size = *option;
  return lk_call_put(call, (lk_piece){marks + 1, 1});
}

lk_status lk_call_render(lk_wiki_call *call, const char *rendering) {
  size_t option = call->to->size;
  if (*rendering == '@') return call_built_in(call, rendering + 1);
  for (const char *at = rendering; *at;)
    LK_TRY(put_next(call, &at, &option));
  return LK_OK;
}
